package dev.agentgate.runtime.check;

import dev.agentgate.config.ConfiguredPaths;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import jakarta.inject.Singleton;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Checks that the data directory exists or can be created. */
@Singleton
class DataDirectoryCheck implements StartCheck {
  private static final String KEY = "agentgate.data-dir";

  private final Settings settings;

  DataDirectoryCheck(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Stream<Problem> problems() {
    return ConfiguredPaths.absolute(settings.dataDir()).stream()
        .filter(directory -> !ConfiguredPaths.isUsable(directory))
        .map(DataDirectoryCheck::problem);
  }

  private static Problem problem(Path directory) {
    return Files.exists(directory) && !Files.isDirectory(directory)
        ? new Problem(KEY, "names a file (" + directory + ")", "name a directory")
        : new Problem(
            KEY,
            "is not writable (" + directory + ")",
            "make the service's user its owner, or name another directory");
  }
}
