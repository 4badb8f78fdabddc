package dev.agentgate.notify;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The undelivered messages for one target, one file each. They are numbered in order, written to a
 * temporary file and renamed. They survive a crash of the process. Nothing is synced, so a crash of
 * the machine may lose the last ones.
 *
 * <p>Uses streams, because an interrupt closes a channel but not a stream.
 */
final class DeliverySpool implements Spool {
  private static final Pattern FILE = Pattern.compile("(\\d{19})\\.json");

  private final Path directory;
  private long last;

  DeliverySpool(Path directory) {
    this.directory = directory;
  }

  @Override
  public void open() throws IOException {
    Files.createDirectories(directory);
    List<Long> left = load();
    last = left.isEmpty() ? 0 : left.getLast();
  }

  @Override
  public List<Long> load() throws IOException {
    TreeSet<Long> numbers = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher name = FILE.matcher(file.getFileName().toString());
        if (name.matches()) {
          numbers.add(Long.parseLong(name.group(1)));
        }
      }
    }
    return List.copyOf(numbers);
  }

  @Override
  public long keep(Delivery delivery) throws IOException {
    long number = last + 1;
    Path aside = directory.resolve("next.tmp");
    try (FileOutputStream out = new FileOutputStream(aside.toFile())) {
      out.write(delivery.toJson().getBytes(StandardCharsets.UTF_8));
    }
    Files.move(aside, file(number), StandardCopyOption.ATOMIC_MOVE);
    last = number;
    return number;
  }

  @Override
  public void keepForNextStart(Delivery delivery) throws IOException {
    long _ = keep(delivery);
  }

  @Override
  public @Nullable Delivery read(long number) throws IOException {
    try {
      return Delivery.fromJson(Files.readString(file(number)));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public void remove(long number) throws IOException {
    Files.deleteIfExists(file(number));
  }

  @Override
  public boolean giveUp(long number) throws IOException {
    remove(number);
    return true;
  }

  /** Keeps the file, so that a person can look at it. */
  @Override
  public boolean setAside(long number) throws IOException {
    boolean exists = Files.exists(file(number));
    if (exists) {
      Files.move(
          file(number),
          directory.resolve(file(number).getFileName() + ".unreadable"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    return exists;
  }

  /** Returns nothing: the files of a data directory belong to one instance. */
  @Override
  public List<Long> takeOver(int limit) {
    return List.of();
  }

  private Path file(long number) {
    return directory.resolve("%019d.json".formatted(number));
  }
}
