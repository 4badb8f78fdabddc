package dev.agentgate.store.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What changes whenever any program adds or removes a file of a directory, or replaces one by a
 * rename. A restored or copied directory has another inode or another time of change, which no
 * program can set.
 *
 * @param modifiedAt in nanoseconds since the epoch
 * @param changedAt the same of the inode: st_ctime of stat(2)
 */
record DirectoryState(long device, long inode, long modifiedAt, long changedAt) {
  private static final String ATTRIBUTES = "unix:dev,ino,lastModifiedTime,ctime";

  static DirectoryState of(Path directory) throws IOException {
    Map<String, Object> attributes = Files.readAttributes(directory, ATTRIBUTES);
    if (attributes.get("dev") instanceof Long device
        && attributes.get("ino") instanceof Long inode
        && attributes.get("lastModifiedTime") instanceof FileTime modified
        && attributes.get("ctime") instanceof FileTime changed) {
      return new DirectoryState(device, inode, nanos(modified), nanos(changed));
    }
    throw new IOException("the file system does not say when the directory changed");
  }

  private static long nanos(FileTime time) {
    return time.to(TimeUnit.NANOSECONDS);
  }

  /**
   * Whether the directory was changed for the last time before a file was written. Only then does
   * every later change show in the state: several changes within one tick of the file system's
   * clock look the same.
   *
   * @param file the state of a file that was just written
   */
  boolean isBefore(DirectoryState file) {
    return Math.max(modifiedAt, changedAt) < file.modifiedAt;
  }

  /** Whether both are of the same file system, and so follow the same clock. */
  boolean sharesClockWith(DirectoryState other) {
    return device == other.device;
  }
}
