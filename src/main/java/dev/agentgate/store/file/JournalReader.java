package dev.agentgate.store.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;

/**
 * Reads the journal that an earlier process left.
 *
 * <p>Frames after a damaged one are read as well. This is safe because each change holds a whole
 * order with its revision: the last change of an order is correct even if earlier ones are missing.
 */
final class JournalReader {
  private static final Logger LOG = Logger.getLogger(JournalReader.class);

  // A frame after damage has a number not far beyond the last good one.
  private static final long FARTHEST = 1 << 20;

  /** The last change of an order. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not shared
  record LastChange(long revision, Optional<byte[]> json) {
    boolean isRemoval() {
      return json.isEmpty();
    }
  }

  /** A segment in which data that was once synced is unreadable. */
  record Damage(Path segment, String reason) {}

  private final Map<WorkOrderId, LastChange> last = new HashMap<>();
  private final List<JournalSegment> segments = new ArrayList<>();
  private final List<Damage> damages = new ArrayList<>();
  private Optional<Boolean> paused = Optional.empty();
  private long lastNumber;
  private long lastSequence;

  private JournalReader() {}

  static JournalReader read(Path directory) throws IOException {
    JournalReader reader = new JournalReader();
    String[] names = directory.toFile().list();
    if (names == null) {
      throw new IOException("the journal's directory cannot be listed");
    }
    Arrays.sort(names);
    for (String name : names) {
      OptionalLong number = JournalSegment.number(name);
      if (number.isPresent()) {
        reader.lastNumber = number.getAsLong();
        reader.readSegment(directory.resolve(name));
      }
    }
    return reader;
  }

  /** Returns the last change of each order that appears in the journal. */
  Map<WorkOrderId, LastChange> last() {
    return last;
  }

  Optional<Boolean> paused() {
    return paused;
  }

  List<JournalSegment> segments() {
    return segments;
  }

  List<Damage> damages() {
    return damages;
  }

  long nextNumber() {
    return lastNumber + 1;
  }

  long nextSequence() {
    return lastSequence + 1;
  }

  private void readSegment(Path path) throws IOException {
    ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(path));
    JournalSegment segment = new JournalSegment(path);
    segments.add(segment);
    if (isZero(content, 0)) {
      return;
    }
    int at = 0;
    if (startsWith(content, JournalSegment.HEADER)) {
      at = JournalSegment.HEADER.length;
    } else if (startsWith(content, JournalSegment.ANY_VERSION)) {
      throw new IOException("the journal was written by a newer version");
    }
    while (at >= 0 && !isZero(content, at)) {
      if (isFrame(content, at)) {
        at = readFrame(content, at, segment);
        continue;
      }
      int next = nextFrame(content, at + 1);
      if (next < 0) {
        LOG.infof(
            "The journal ends with an unfinished change, which was never acknowledged: ignored");
      } else {
        damages.add(
            new Damage(path, "bytes " + at + " to " + next + " do not match their checksum"));
      }
      at = next;
    }
  }

  private static boolean startsWith(ByteBuffer content, byte[] start) {
    return content.limit() >= start.length
        && content.slice(0, start.length).equals(ByteBuffer.wrap(start));
  }

  private int nextFrame(ByteBuffer content, int from) {
    for (int at = from; at + JournalWriter.FRAME_HEADER <= content.limit(); at++) {
      if (isFrame(content, at)) {
        return at;
      }
    }
    return -1;
  }

  private boolean isFrame(ByteBuffer content, int at) {
    if (at + JournalWriter.FRAME_HEADER > content.limit()) {
      return false;
    }
    int length = content.getInt(at + 4);
    long sequence = content.getLong(at + 8);
    if (length <= 0
        || length > content.limit() - at - JournalWriter.FRAME_HEADER
        || sequence <= lastSequence
        || (lastSequence > 0 && sequence > lastSequence + FARTHEST)) {
      return false;
    }
    CRC32C crc = new CRC32C();
    crc.update(content.slice(at + 4, JournalWriter.FRAME_HEADER - 4 + length));
    return (int) crc.getValue() == content.getInt(at);
  }

  private static boolean isZero(ByteBuffer content, int from) {
    for (int i = from; i < content.limit(); i++) {
      if (content.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns the position of the next frame. */
  private int readFrame(ByteBuffer content, int at, JournalSegment segment) {
    lastSequence = content.getLong(at + 8);
    int end = at + JournalWriter.FRAME_HEADER + content.getInt(at + 4);
    int next = at + JournalWriter.FRAME_HEADER;
    while (next < end) {
      int size = content.getInt(next);
      int start = next + Integer.BYTES;
      readChange(content, start, start + size, segment);
      next = start + size;
    }
    return end;
  }

  private void readChange(ByteBuffer content, int from, int to, JournalSegment segment) {
    byte kind = content.get(from);
    switch (kind) {
      case Change.PUT, Change.REMOVE -> {
        int revisionAt = from + 1 + Change.ID_LENGTH;
        WorkOrderId id =
            new WorkOrderId(new String(bytes(content, from + 1, revisionAt), ISO_8859_1));
        segment.touch(id);
        int body = revisionAt + Long.BYTES;
        Optional<byte[]> json =
            kind == Change.PUT ? Optional.of(bytes(content, body, to)) : Optional.empty();
        last.put(id, new LastChange(content.getLong(revisionAt), json));
      }
      case Change.PAUSE -> paused = Optional.of(content.get(from + 1) != 0);
      default -> throw new IllegalStateException("A change of an unknown kind: " + kind);
    }
  }

  private static byte[] bytes(ByteBuffer content, int from, int to) {
    byte[] bytes = new byte[to - from];
    content.get(from, bytes);
    return bytes;
  }
}
