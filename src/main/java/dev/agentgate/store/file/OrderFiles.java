package dev.agentgate.store.file;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.READ;

import dev.agentgate.workorder.WorkOrderId;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The files that people can read: one per order, and one for the queue's switch. */
final class OrderFiles {
  static final String DIRECTORY = "work-orders";
  static final String SETTINGS = "queue.json";

  private static final String SUFFIX = ".json";
  private static final String ASIDE = ".tmp";

  // Large enough for most orders, so that reading one takes a single system call. Up to this
  // size the JDK reads without a native buffer of its own.
  private static final int USUAL_SIZE = 8192;

  private final Path dataDir;
  private final Path directory;
  private final Path settings;

  OrderFiles(Path dataDir) throws IOException {
    this.dataDir = dataDir;
    this.directory = Files.createDirectories(dataDir.resolve(DIRECTORY));
    this.settings = dataDir.resolve(SETTINGS);
  }

  Path directory() {
    return directory;
  }

  Path settings() {
    return settings;
  }

  Path path(WorkOrderId id) {
    return directory.resolve(name(id));
  }

  static String name(WorkOrderId id) {
    return id.value() + SUFFIX;
  }

  static boolean isOrder(String name) {
    return name.endsWith(SUFFIX) && !name.startsWith(".");
  }

  static boolean isAside(String name) {
    return name.endsWith(ASIDE);
  }

  /** Returns the id in a file's name; empty if the name contains none. */
  static Optional<WorkOrderId> idOf(String name) {
    return WorkOrderId.parse(name.substring(0, name.length() - SUFFIX.length()));
  }

  /** Returns the id at the start of a quarantined file's name, which may end with a number. */
  static Optional<WorkOrderId> idAtStartOf(String name) {
    int end = name.indexOf(SUFFIX);
    return end < 0 ? Optional.empty() : WorkOrderId.parse(name.substring(0, end));
  }

  /** The content of a file. */
  @SuppressWarnings("ArrayRecordComponent") // read once, then thrown away
  record Content(byte[] bytes, int length) {}

  /**
   * Reads a whole file. An interrupt does not disturb it.
   *
   * @throws java.io.FileNotFoundException if there is no such file
   */
  static Content read(File file) throws IOException {
    try (FileInputStream in = new FileInputStream(file)) {
      byte[] start = new byte[USUAL_SIZE];
      int length = in.read(start);
      if (length < USUAL_SIZE) {
        return new Content(start, Math.max(0, length));
      }
      ByteArrayOutputStream all = new ByteArrayOutputStream(4 * USUAL_SIZE);
      all.write(start);
      in.transferTo(all);
      return new Content(all.toByteArray(), all.size());
    }
  }

  /** Replaces an order's file: a reader sees the old or the new version. Not synced. */
  void write(WorkOrderId id, byte[] json) throws IOException {
    replace(path(id), json);
  }

  void writeSettings(byte[] json) throws IOException {
    replace(settings, json);
  }

  /** Writes a temporary file and renames it. Only one thread at a time may write the same file. */
  static void replace(Path path, byte[] content) throws IOException {
    replace(path, content, false);
  }

  /**
   * Writes a file that may be new, and syncs its content, so that it is not empty after a crash.
   */
  static void create(Path path, byte[] content) throws IOException {
    replace(path, content, true);
  }

  /** Replaces a file like {@link #replace}, and returns when the new content is on disk. */
  static void replaceDurably(Path directory, String name, byte[] content) throws IOException {
    replace(directory.resolve(name), content, true);
    Journal.syncDirectory(directory);
  }

  private static void replace(Path path, byte[] content, boolean sync) throws IOException {
    Path aside = path.resolveSibling("." + path.getFileName() + ASIDE);
    try {
      try (FileOutputStream out = new FileOutputStream(aside.toFile())) {
        out.write(content);
        if (sync) {
          out.getFD().sync();
        }
      }
      Files.move(aside, path, ATOMIC_MOVE);
    } catch (IOException e) {
      aside.toFile().delete();
      throw e;
    }
  }

  /** Removes an order's file; returns false if there was none. */
  boolean remove(WorkOrderId id) throws IOException {
    return Files.deleteIfExists(path(id));
  }

  /** Syncs an order's file; does nothing if there is none. */
  void sync(WorkOrderId id) throws IOException {
    sync(path(id));
  }

  void syncSettings() throws IOException {
    sync(settings);
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, READ)) {
      channel.force(true);
    } catch (NoSuchFileException e) {
      // It was removed in the meantime, and the removal is in the journal.
    }
  }

  /** Syncs the directories, so that renames and removals are durable. */
  void syncDirectories() throws IOException {
    Journal.syncDirectory(directory);
    Journal.syncDirectory(dataDir);
  }
}
