package dev.agentgate.store.file;

import dev.agentgate.store.WorkQueue.RunningEntry;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.UlidId;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of index entries. Strings that many orders share are written once. A change of
 * the form, or of what an entry means, needs a new {@link IndexSnapshot#HEADER}.
 */
final class IndexEntryCodec {
  /** Enough for the strings that many orders share. */
  private static final int MOST_STRINGS = 10_000;

  private IndexEntryCodec() {}

  /** Writes entries to one file. */
  static final class Writer {
    private final DataOutput out;
    private final Map<String, Integer> known = new HashMap<>();

    Writer(DataOutput out) {
      this.out = out;
    }

    void write(IndexEntry entry) throws IOException {
      id(entry.id());
      out.writeLong(entry.revision());
      shared(entry.status().name());
      shared(entry.agentType());
      out.writeInt(entry.labels().length);
      for (String text : entry.labels()) {
        shared(text);
      }
      out.writeInt(entry.runs().size());
      for (RunId run : entry.runs()) {
        id(run);
      }
      out.writeLong(entry.createdAtMillis());
      optional(entry.repository());
      FailureReason reason = entry.failureReason();
      optional(Optional.ofNullable(reason).map(Enum::name));
      KeyDigest key = entry.key();
      out.writeBoolean(key != null);
      if (key != null) {
        out.writeLong(key.most());
        out.writeLong(key.least());
      }
      QueueEntry waiting = entry.waiting();
      out.writeBoolean(waiting != null);
      if (waiting != null) {
        write(waiting);
      }
      RunningEntry running = entry.running();
      out.writeBoolean(running != null);
      if (running != null) {
        id(running.run());
        instant(running.startedAt());
        shared(running.owner().value());
      }
      instant(Optional.ofNullable(entry.terminalSince()));
    }

    private void write(QueueEntry waiting) throws IOException {
      out.writeInt(waiting.priority());
      instant(waiting.queuedAt());
      instant(waiting.notBefore());
      out.writeBoolean(waiting.requested());
      instant(waiting.expeditedAt());
      instant(waiting.expiresAt());
    }

    private void id(UlidId<?> id) throws IOException {
      out.writeLong(id.most());
      out.writeLong(id.least());
    }

    private void instant(Optional<Instant> instant) throws IOException {
      out.writeBoolean(instant.isPresent());
      if (instant.isPresent()) {
        instant(instant.get());
      }
    }

    private void instant(Instant instant) throws IOException {
      out.writeLong(instant.getEpochSecond());
      out.writeInt(instant.getNano());
    }

    private void optional(Optional<String> text) throws IOException {
      out.writeBoolean(text.isPresent());
      if (text.isPresent()) {
        shared(text.get());
      }
    }

    private void shared(String text) throws IOException {
      Integer number = known.get(text);
      out.writeShort(number == null ? 0 : number);
      if (number == null) {
        out.writeUTF(text);
        if (known.size() < MOST_STRINGS) {
          known.put(text, known.size() + 1);
        }
      }
    }
  }

  /** The strings of one file that were read so far. */
  static final class Strings {
    private final SharedStrings shared;
    private final List<String> known = new ArrayList<>();

    Strings(SharedStrings shared) {
      this.shared = shared;
    }

    private String read(DataInput in) throws IOException {
      int number = in.readUnsignedShort();
      if (number > known.size()) {
        throw new IllegalArgumentException("No such string");
      }
      if (number > 0) {
        return known.get(number - 1);
      }
      String fresh = shared.of(in.readUTF());
      if (known.size() < MOST_STRINGS) {
        known.add(fresh);
      }
      return fresh;
    }
  }

  /** Reads entries, in the order in which they were written. */
  static final class Reader {
    private final DataInput in;
    private final Strings strings;

    /**
     * @param strings those of the whole file
     */
    Reader(DataInput in, Strings strings) {
      this.in = in;
      this.strings = strings;
    }

    /**
     * Reads an entry.
     *
     * @throws IllegalArgumentException if it is not valid
     */
    IndexEntry read() throws IOException {
      WorkOrderId id = new WorkOrderId(in.readLong(), in.readLong());
      long revision = in.readLong();
      WorkOrderStatus status = WorkOrderStatus.valueOf(shared());
      String agentType = shared();
      String[] labels = IndexEntry.NO_LABELS;
      int count = in.readInt();
      if (count > 0) {
        labels = new String[count];
        for (int i = 0; i < count; i++) {
          labels[i] = shared();
        }
        labels = strings.shared.labels(labels);
      }
      RunId[] runs = new RunId[in.readInt()];
      for (int i = 0; i < runs.length; i++) {
        runs[i] = run();
      }
      long createdAtMillis = in.readLong();
      Optional<String> repository = optional();
      FailureReason reason = optional().map(FailureReason::valueOf).orElse(null);
      KeyDigest key = in.readBoolean() ? new KeyDigest(in.readLong(), in.readLong()) : null;
      QueueEntry waiting = in.readBoolean() ? waiting(id, repository, agentType) : null;
      RunningEntry running =
          in.readBoolean()
              ? new RunningEntry(id, run(), instant(), repository, new InstanceId(shared()))
              : null;
      return new IndexEntry(
          id,
          revision,
          List.of(runs),
          new IndexEntry.Fixed(agentType, labels, createdAtMillis, repository, key),
          new IndexEntry.Standing(status, reason, waiting, running, instantOrNull()));
    }

    private QueueEntry waiting(WorkOrderId id, Optional<String> repository, String agentType)
        throws IOException {
      return new QueueEntry(
          id,
          in.readInt(),
          instant(),
          Optional.ofNullable(instantOrNull()),
          in.readBoolean(),
          Optional.ofNullable(instantOrNull()),
          Optional.ofNullable(instantOrNull()),
          repository,
          agentType);
    }

    private RunId run() throws IOException {
      return new RunId(in.readLong(), in.readLong());
    }

    private Instant instant() throws IOException {
      return Instant.ofEpochSecond(in.readLong(), in.readInt());
    }

    private @Nullable Instant instantOrNull() throws IOException {
      return in.readBoolean() ? instant() : null;
    }

    private Optional<String> optional() throws IOException {
      return in.readBoolean() ? strings.shared.optional(Optional.of(shared())) : Optional.empty();
    }

    private String shared() throws IOException {
      return strings.read(in);
    }
  }
}
