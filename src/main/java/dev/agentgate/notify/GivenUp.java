package dev.agentgate.notify;

import dev.agentgate.workorder.Rfc3339;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;

/**
 * The messages for one target that were given up, as lines of {@code given-up.jsonl}. Beyond 20 MiB
 * the older half of them is dropped.
 */
final class GivenUp {
  private static final long MOST_BYTES = 10L << 20;

  private final Path directory;

  /**
   * @param directory exists before the first message is added
   */
  GivenUp(Path directory) {
    this.directory = directory;
  }

  /** Records a delivery that is given up. Uses a stream, because an interrupt closes a channel. */
  synchronized void add(Delivery delivery, Instant at, String reason) throws IOException {
    Path file = directory.resolve("given-up.jsonl");
    if (Files.exists(file) && Files.size(file) >= MOST_BYTES) {
      Files.move(file, directory.resolve("given-up.1.jsonl"), StandardCopyOption.REPLACE_EXISTING);
    }
    try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
      out.write(delivery.toLine(Rfc3339.text(at), reason).getBytes(StandardCharsets.UTF_8));
    }
  }
}
