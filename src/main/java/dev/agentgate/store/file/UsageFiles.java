package dev.agentgate.store.file;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.store.json.UsageCodec;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The files of the ledger: one for each day in UTC, with one line for each run that started on it.
 */
final class UsageFiles {
  private static final Logger LOG = Logger.getLogger(UsageFiles.class);
  private static final String SUFFIX = ".jsonl";

  private final Path dataDir;
  private final Path directory;

  /** The directory of the files is created with the first line. */
  UsageFiles(Path dataDir) {
    this.dataDir = dataDir;
    this.directory = dataDir.resolve("usage");
  }

  /** Returns the days that have a file, the latest first. */
  List<LocalDate> days() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .flatMap(file -> dayOf(String.valueOf(file.getFileName())).stream())
          .sorted(Comparator.reverseOrder())
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static Optional<LocalDate> dayOf(String name) {
    if (!name.endsWith(SUFFIX)) {
      return Optional.empty();
    }
    try {
      return Optional.of(LocalDate.parse(name.substring(0, name.length() - SUFFIX.length())));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private Path file(LocalDate day) {
    return directory.resolve(day + SUFFIX);
  }

  /** Adds a line, and returns when it is on disk. */
  void append(RunUsage used) throws IOException {
    Path file = file(used.day());
    boolean isNew = !Files.exists(file);
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
      Journal.syncDirectory(dataDir);
    }
    byte[] line = UsageCodec.line(used);
    try (FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE)) {
      long end = channel.size();
      ByteBuffer bytes = ByteBuffer.allocate(line.length + 1);
      if (end > 0 && !endsWithNewline(channel, end)) {
        // The end of a line that was never acknowledged.
        bytes.put((byte) '\n');
      }
      bytes.put(line).flip();
      while (bytes.hasRemaining()) {
        end += channel.write(bytes, end);
      }
      channel.force(true);
    }
    if (isNew) {
      Journal.syncDirectory(directory);
    }
  }

  private static boolean endsWithNewline(FileChannel channel, long end) throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    return channel.read(last, end - 1) == 1 && last.get(0) == '\n';
  }

  /** Returns when every line of a day is on disk. */
  void sync(LocalDate day) throws IOException {
    try (FileChannel channel = FileChannel.open(file(day), WRITE)) {
      channel.force(true);
      Journal.syncDirectory(directory);
    } catch (NoSuchFileException e) {
      // No run started on that day.
    }
  }

  /**
   * Hands over each run of a day once. Lines that cannot be read are skipped.
   *
   * @return the number of lines that were skipped
   */
  int read(LocalDate day, Consumer<RunUsage> consumer) throws IOException {
    Set<RunId> seen = new HashSet<>();
    int unreadable = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file(day)), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        try {
          RunUsage used = UsageCodec.parse(line);
          if (seen.add(used.run())) {
            consumer.accept(used);
          }
        } catch (UnreadableRecordException e) {
          unreadable++;
        }
      }
    } catch (NoSuchFileException e) {
      // No run started on that day.
    }
    if (unreadable > 0) {
      LOG.debugf("%d lines about the usage of %s cannot be read", unreadable, day);
    }
    return unreadable;
  }
}
