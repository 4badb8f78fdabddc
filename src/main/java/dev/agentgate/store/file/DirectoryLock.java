package dev.agentgate.store.file;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right to use a data directory: a lock on its file {@code lock}. The kernel releases the lock
 * when the process ends, however it ends.
 */
public final class DirectoryLock implements AutoCloseable {
  private static final String NAME = "lock";

  // A process loses a POSIX record lock as soon as it closes any descriptor of the file (fcntl(2)),
  // so a second attempt in this process must not even open the file.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Acquires the lock.
   *
   * @throws DataDirectoryLockedException if another store holds the lock
   * @throws IOException if the directory is not writable
   */
  public static DirectoryLock take(Path dataDir) throws IOException {
    Path directory = dataDir.toRealPath();
    if (!HELD.add(directory)) {
      throw new DataDirectoryLockedException("this process");
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(directory.resolve(NAME), CREATE, READ, WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new DataDirectoryLockedException(owner(directory));
      }
      channel.truncate(0);
      byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
      channel.write(ByteBuffer.wrap(pid), 0);
      return new DirectoryLock(directory, channel);
    } catch (IOException | RuntimeException e) {
      release(directory, channel);
      throw e;
    }
  }

  private static String owner(Path directory) {
    try {
      return "process " + Long.parseLong(Files.readString(directory.resolve(NAME)).strip());
    } catch (IOException | NumberFormatException e) {
      return "another process";
    }
  }

  private static void release(Path directory, @Nullable FileChannel channel) throws IOException {
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      HELD.remove(directory);
    }
  }

  /** Releases the directory. Idempotent. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      release(directory, channel);
    }
  }
}
