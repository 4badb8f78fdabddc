package dev.agentgate.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Paths that settings name. */
public final class ConfiguredPaths {
  private ConfiguredPaths() {}

  /** The path, normalized; empty if it is not absolute or if the locale cannot express it. */
  public static Optional<Path> absolute(String name) {
    try {
      return Optional.of(Path.of(name)).filter(Path::isAbsolute).map(Path::normalize);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Whether it is a directory that this user can write to, or one can be created there. */
  public static boolean isUsable(Path directory) {
    @Nullable Path existing = directory;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return existing != null && Files.isDirectory(existing) && Files.isWritable(existing);
  }
}
