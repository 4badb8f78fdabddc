package dev.agentgate.notify;

import dev.agentgate.workorder.Rfc3339;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The undelivered messages for one target, one file each. They are numbered in order, written to a
 * temporary file and renamed. They survive a crash of the process. Nothing is synced, so a crash of
 * the machine may lose the last ones. Messages that were given up are lines of {@code
 * given-up.jsonl}.
 *
 * <p>Uses streams, because an interrupt closes a channel but not a stream.
 */
final class DeliverySpool {
  private static final Pattern FILE = Pattern.compile("(\\d{19})\\.json");
  private static final long MOST_GIVEN_UP_BYTES = 10L << 20;

  private final Path directory;
  private long last;

  DeliverySpool(Path directory) {
    this.directory = directory;
  }

  /**
   * Opens the directory.
   *
   * @return the numbers of the messages in it, the oldest first
   */
  List<Long> open() throws IOException {
    Files.createDirectories(directory);
    TreeSet<Long> numbers = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher name = FILE.matcher(file.getFileName().toString());
        if (name.matches()) {
          numbers.add(Long.parseLong(name.group(1)));
        }
      }
    }
    last = numbers.isEmpty() ? 0 : numbers.last();
    return List.copyOf(numbers);
  }

  /** Keeps a delivery. Only one thread may call this. */
  long keep(Delivery delivery) throws IOException {
    long number = last + 1;
    Path aside = directory.resolve("next.tmp");
    try (FileOutputStream out = new FileOutputStream(aside.toFile())) {
      out.write(delivery.toJson().getBytes(StandardCharsets.UTF_8));
    }
    Files.move(aside, file(number), StandardCopyOption.ATOMIC_MOVE);
    last = number;
    return number;
  }

  /** Reads a delivery; null if it is gone or is not a delivery. */
  @Nullable Delivery read(long number) throws IOException {
    try {
      return Delivery.fromJson(Files.readString(file(number)));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  void remove(long number) throws IOException {
    Files.deleteIfExists(file(number));
  }

  /** Sets aside a file that is not a delivery, so that a person can look at it. */
  void setAside(long number) throws IOException {
    if (Files.exists(file(number))) {
      Files.move(
          file(number),
          directory.resolve(file(number).getFileName() + ".unreadable"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Records a delivery that is given up. Beyond 20 MiB the older half of the file is dropped. */
  synchronized void giveUp(Delivery delivery, Instant at, String reason) throws IOException {
    Path file = directory.resolve("given-up.jsonl");
    if (Files.exists(file) && Files.size(file) >= MOST_GIVEN_UP_BYTES) {
      Files.move(file, directory.resolve("given-up.1.jsonl"), StandardCopyOption.REPLACE_EXISTING);
    }
    try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
      out.write(delivery.toLine(Rfc3339.text(at), reason).getBytes(StandardCharsets.UTF_8));
    }
  }

  private Path file(long number) {
    return directory.resolve("%019d.json".formatted(number));
  }
}
