package dev.agentgate.output;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * What was dropped from the middle of a run's log. Positions count the bytes that the process
 * wrote, whether they are still there or not.
 *
 * @param start the first byte that is gone
 * @param end the first byte of the tail; at {@code start} where nothing is gone
 * @param removed by how many bytes the file is shorter than what was written: 0 where the hole is a
 *     real one, in a sparse file
 * @param midLine whether the head ends within a line
 */
record RunLogHole(long start, long end, long removed, boolean midLine) {
  /** Nothing is gone, and nothing ever reaches so far. */
  static final RunLogHole NONE = new RunLogHole(Long.MAX_VALUE, Long.MAX_VALUE, 0, false);

  private static final ObjectMapper JSON = new ObjectMapper();

  RunLogHole {
    if (start < 0 || end < start || removed < 0 || removed > end - start) {
      throw new IllegalArgumentException("Not a hole: " + start + ".." + end + ", " + removed);
    }
  }

  /**
   * What is left where a process of the run cut the log off: nothing of what was written. What
   * comes then stands at the beginning of the file.
   *
   * @param written how many bytes that were, dropped ones included
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

  /** Where in the file the byte is that was written at {@code offset}, which is not in the hole. */
  long position(long offset) {
    return offset < start ? offset : offset - removed;
  }

  /**
   * What stands in place of what a reader at {@code offset}, which is in the hole, cannot have any
   * more.
   */
  byte[] notice(long offset) {
    // A cap always leaves a head.
    String reason = start == 0 ? ": the run cut its log off, as \"> /dev/stdout\" does" : "";
    String line = "[agentgate: " + (end - offset) + " bytes dropped" + reason + "]\n";
    return (midLine || offset > start ? "\n" + line : line).getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads the file beside a log; {@link #NONE} if there is none or it makes no sense. */
  static RunLogHole read(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return NONE;
    }
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      return new RunLogHole(
          json.path("start").longValue(),
          json.path("end").longValue(),
          json.path("removed").longValue(),
          json.path("midLine").booleanValue());
    } catch (NoSuchFileException | JacksonException | IllegalArgumentException e) {
      return NONE;
    }
  }

  /** Writes the file beside a log, aside and renamed: a reader finds the old one or the new one. */
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
