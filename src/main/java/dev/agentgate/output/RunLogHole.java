package dev.agentgate.output;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The part that was dropped from the middle of a run's log. Positions count the bytes that the
 * process wrote, including those that are gone.
 *
 * @param start the first byte that is gone
 * @param end the first byte of the tail; equal to {@code start} if nothing is gone
 * @param removed how many bytes shorter the file is than what was written; 0 if the file is sparse
 *     and the hole is a real one
 * @param midLine whether the head ends within a line
 */
record RunLogHole(long start, long end, long removed, boolean midLine) {
  /** Nothing is gone. No offset ever reaches it. */
  static final RunLogHole NONE = new RunLogHole(Long.MAX_VALUE, Long.MAX_VALUE, 0, false);

  /** More bytes than this are not such a record. */
  private static final int LONGEST = 4096;

  private static final ObjectMapper JSON = new ObjectMapper();

  RunLogHole {
    if (start < 0 || end < start || removed < 0 || removed > end - start) {
      throw new IllegalArgumentException("Not a hole: " + start + ".." + end + ", " + removed);
    }
  }

  /**
   * Returns the hole that remains after a process of the run truncated the log: all that was
   * written is gone. Later output stands at the beginning of the file.
   *
   * @param written the number of bytes written, including dropped ones
   */
  static RunLogHole cutOff(long written) {
    return new RunLogHole(0, written, written, false);
  }

  boolean contains(long offset) {
    return offset >= start && offset < end;
  }

  boolean exists() {
    return start < end;
  }

  /**
   * Returns the position in the file of the byte at {@code offset}, which must not be in the hole.
   */
  long position(long offset) {
    return offset < start ? offset : offset - removed;
  }

  /**
   * Returns the line that replaces the missing bytes for a reader at {@code offset}, which must be
   * in the hole.
   */
  byte[] notice(long offset) {
    // The cap always keeps a head.
    String reason = start == 0 ? ": the run cut its log off, as \"> /dev/stdout\" does" : "";
    String line = "[agentgate: " + (end - offset) + " bytes dropped" + reason + "]\n";
    return (midLine || offset > start ? "\n" + line : line).getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads the file beside a log; {@link #NONE} if it is missing or invalid. */
  static RunLogHole read(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return NONE;
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      JsonNode json = JSON.readTree(in.readNBytes(LONGEST));
      return new RunLogHole(
          json.path("start").longValue(),
          json.path("end").longValue(),
          json.path("removed").longValue(),
          json.path("midLine").booleanValue());
    } catch (NoSuchFileException | JacksonException | IllegalArgumentException e) {
      return NONE;
    }
  }

  /**
   * Writes the file beside a log. It is replaced by a rename, so a reader finds the old or the new
   * one.
   */
  void write(Path file) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".tmp");
    Files.write(
        aside,
        JSON.writeValueAsBytes(
            JSON.createObjectNode()
                .put("start", start)
                .put("end", end)
                .put("removed", removed)
                .put("midLine", midLine)));
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
