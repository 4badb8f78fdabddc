package dev.agentgate.store.file;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.agentgate.workorder.WorkOrderId;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One file of the journal, and the orders that must be on disk elsewhere before it may be deleted.
 * While the segment is being written, only the journal's leader uses it.
 */
final class JournalSegment {
  /** The start of a segment of any version. */
  static final byte[] ANY_VERSION = "AgentGate jnl ".getBytes(US_ASCII);

  /** The start of a segment of this version. */
  static final byte[] HEADER = "AgentGate jnl 1\n".getBytes(US_ASCII);

  private static final String SUFFIX = ".journal";

  private final Path path;
  private final Set<WorkOrderId> touched = new HashSet<>();

  JournalSegment(Path path) {
    this.path = path;
  }

  static Path path(Path directory, long number) {
    return directory.resolve(String.format("%019d%s", number, SUFFIX));
  }

  static OptionalLong number(String fileName) {
    return fileName.matches("\\d{19}\\.journal")
        ? OptionalLong.of(Long.parseLong(fileName.substring(0, 19)))
        : OptionalLong.empty();
  }

  Path path() {
    return path;
  }

  /** Notes that this segment holds a change of the order. */
  void touch(WorkOrderId id) {
    touched.add(id);
  }

  /** Returns the orders whose changes this segment holds. */
  Set<WorkOrderId> touched() {
    return touched;
  }
}
