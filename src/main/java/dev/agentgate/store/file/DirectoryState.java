package dev.agentgate.store.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What changes whenever a file of a directory is added, removed or replaced by a rename, whoever
 * does it. A restored or copied directory has another inode or another time of change, which no
 * program can set.
 *
 * @param modifiedAt in nanoseconds since the epoch
 * @param changedAt the same of the inode: st_ctime of stat(2)
 */
record DirectoryState(long inode, long modifiedAt, long changedAt) {
  private static final String ATTRIBUTES = "unix:ino,lastModifiedTime,ctime";

  static DirectoryState of(Path directory) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(directory, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    if (attributes.get("ino") instanceof Long inode
        && attributes.get("lastModifiedTime") instanceof FileTime modified
        && attributes.get("ctime") instanceof FileTime changed) {
      return new DirectoryState(inode, nanos(modified), nanos(changed));
    }
    throw new IOException("the file system does not tell when the directory changed");
  }

  private static long nanos(FileTime time) {
    return time.to(TimeUnit.NANOSECONDS);
  }

  /**
   * Whether the directory was changed for the last time before the file system's clock reached this
   * time. Only then does every later change show in the state: several changes within one tick of
   * that clock look the same.
   *
   * @param moment when a file of the same file system was written
   */
  boolean isBefore(FileTime moment) {
    return Math.max(modifiedAt, changedAt) < nanos(moment);
  }
}
