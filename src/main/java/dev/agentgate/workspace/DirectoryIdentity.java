package dev.agentgate.workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A directory of this machine, whatever links and mounts lead to it.
 *
 * @param keys the device and the inode of the directory, and then of those above it
 */
public record DirectoryIdentity(List<Object> keys) {
  public DirectoryIdentity {
    keys = List.copyOf(keys);
  }

  /**
   * Identifies a directory by its real path.
   *
   * @throws IOException if it is gone
   */
  static DirectoryIdentity of(Path directory) throws IOException {
    List<Object> keys = new ArrayList<>();
    for (Path at = directory.toRealPath(); at != null; at = at.getParent()) {
      keys.add(
          Objects.requireNonNull(
              Files.readAttributes(at, BasicFileAttributes.class).fileKey(), "Linux has inodes"));
    }
    return new DirectoryIdentity(keys);
  }

  /** Whether these are the same directory, or one is below the other. */
  public boolean overlaps(DirectoryIdentity other) {
    return keys.contains(other.keys.getFirst()) || other.keys.contains(keys.getFirst());
  }
}
