package dev.agentgate.store.file;

import dev.agentgate.store.StoreUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * The data directory, and whether its configured path still leads to it. A directory can be moved
 * or removed while its files are open. Writes to an open file then succeed and are synced, but the
 * next start would not find them. So nothing may be acknowledged, and nothing may be created at a
 * path where another directory may be now.
 *
 * <p>A check is one stat(2), which needs no descriptor. Safe for use by many threads.
 */
final class ConfiguredDirectory {
  private static final Logger LOG = Logger.getLogger(ConfiguredDirectory.class);

  /** The problem, as a sentence. */
  static final String GONE = "The data directory is no longer at its configured path. Put it back.";

  private final Path path;
  private final Object identity;
  private final AtomicBoolean told = new AtomicBoolean();

  /**
   * @param path leads to the directory now
   */
  ConfiguredDirectory(Path path) throws IOException {
    this.path = path;
    this.identity = identity(path);
  }

  /** Returns device and inode. */
  private static Object identity(Path path) throws IOException {
    return Objects.requireNonNull(
        Files.readAttributes(path, BasicFileAttributes.class).fileKey(), "no file key");
  }

  private static boolean is(Object identity, Path path) {
    try {
      return identity.equals(identity(path));
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns what is wrong, as a sentence; empty if the directory is in place. */
  Optional<String> problem() {
    boolean gone = !is(identity, path);
    if (told.compareAndSet(!gone, gone)) {
      if (gone) {
        LOG.errorf("%s Writes are refused until then.", GONE);
      } else {
        LOG.info("The data directory is at its configured path again");
      }
    }
    return gone ? Optional.of(GONE) : Optional.empty();
  }

  /** Throws an exception if the directory is not in place. */
  void check() {
    problem()
        .ifPresent(sentence -> {
          throw new StoreUnavailableException(sentence);
        });
  }

  /** Does the same as {@link #check}, for code that handles failures of files. */
  void checkForFile() throws NotInPlaceException {
    if (problem().isPresent()) {
      throw new NotInPlaceException();
    }
  }

  /**
   * Makes the files of the journal prove, after each sync and before the change is acknowledged,
   * that they can be found at their path.
   */
  JournalFile.Opener guard(JournalFile.Opener opener) {
    return file -> {
      checkForFile();
      return new Guarded(file, opener.open(file));
    };
  }

  /** The directory is not in place. What was written must be taken back. */
  static final class NotInPlaceException extends IOException {
    private static final long serialVersionUID = 1L;

    NotInPlaceException() {
      super("the data directory is no longer at its configured path");
    }
  }

  private final class Guarded implements JournalFile {
    private final Path name;
    private final JournalFile file;
    private final Object fileIdentity;

    private Guarded(Path name, JournalFile file) throws IOException {
      this.name = name;
      this.file = file;
      this.fileIdentity = identity(name);
    }

    @Override
    public void write(ByteBuffer buffer, long position) throws IOException {
      checkForFile();
      file.write(buffer, position);
    }

    @Override
    public void force() throws IOException {
      file.force();
      if (!is(fileIdentity, name)) {
        checkForFile();
        throw new IOException("the journal was moved or removed");
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
