package dev.agentgate.store.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.nio.ByteBuffer;

/** One change in the journal. It always holds a whole order, never a difference. */
sealed interface Change {
  int ID_LENGTH = 29;
  byte PUT = 'P';
  byte REMOVE = 'R';
  byte PAUSE = 'S';

  /** Returns the number of bytes that the change takes in the journal. */
  int size();

  void writeTo(ByteBuffer buffer);

  /** An order was added or replaced. */
  @SuppressWarnings("ArrayRecordComponent") // encoded once, for the journal and for the file
  record Put(WorkOrder order, byte[] json, IndexEntry entry) implements Change {
    @Override
    public int size() {
      return 1 + ID_LENGTH + Long.BYTES + json.length;
    }

    @Override
    public void writeTo(ByteBuffer buffer) {
      buffer.put(PUT).put(order.id().value().getBytes(ISO_8859_1)).putLong(order.revision());
      buffer.put(json);
    }
  }

  /** An order was removed at this revision. */
  record Remove(WorkOrderId id, long revision) implements Change {
    @Override
    public int size() {
      return 1 + ID_LENGTH + Long.BYTES;
    }

    @Override
    public void writeTo(ByteBuffer buffer) {
      buffer.put(REMOVE).put(id.value().getBytes(ISO_8859_1)).putLong(revision);
    }
  }

  /** The queue was paused or resumed. */
  record Pause(boolean paused) implements Change {
    @Override
    public int size() {
      return 2;
    }

    @Override
    public void writeTo(ByteBuffer buffer) {
      buffer.put(PAUSE).put((byte) (paused ? 1 : 0));
    }
  }
}
