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

/** Checks that agents can work in the allowed directories, with the programs that they need. */
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
          new Problem(
              ROOTS, "is not a directory (" + root + ")", "create it, or remove it from the list"));
    }
    return dataDirectory
        .filter(data -> data.startsWith(root))
        .map(data ->
            new Problem(
                ROOTS,
                "contains the data directory (" + root + ")",
                "name only directories whose content agents may change"));
  }
}
