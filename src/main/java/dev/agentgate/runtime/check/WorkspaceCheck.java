package dev.agentgate.runtime.check;

import dev.agentgate.config.ConfiguredPaths;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import dev.agentgate.config.WorkspaceConfig;
import dev.agentgate.workspace.LargeFiles;
import jakarta.inject.Singleton;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether agents can work where they may, and with what they may have. */
@Singleton
class WorkspaceCheck implements StartCheck {
  private static final String ROOTS = "agentgate.workspace.local-roots";

  private final WorkspaceConfig workspace;
  private final Optional<Path> dataDirectory;

  WorkspaceCheck(Settings settings) {
    workspace = settings.workspace();
    dataDirectory = ConfiguredPaths.absolute(settings.dataDir());
  }

  @Override
  public Stream<Problem> problems() {
    Stream<Problem> roots =
        workspace.localRoots().orElse(List.of()).stream()
            .flatMap(root -> ConfiguredPaths.absolute(root).stream())
            .flatMap(root -> root(root).stream());
    return workspace.lfs() && !LargeFiles.canBeFetched()
        ? Stream.concat(
            roots,
            Stream.of(
                new Problem(
                    "agentgate.workspace.lfs",
                    "needs the program git-lfs, which is not on the PATH",
                    "install it, or remove the key")))
        : roots;
  }

  private Optional<Problem> root(Path root) {
    if (!Files.isDirectory(root)) {
      return Optional.of(
          new Problem(ROOTS, "names no directory (" + root + ")", "create it, or take it out"));
    }
    return dataDirectory
        .filter(data -> data.startsWith(root))
        .map(data ->
            new Problem(
                ROOTS,
                "holds the data directory (" + root + ")",
                "name directories that hold only what agents may change"));
  }
}
