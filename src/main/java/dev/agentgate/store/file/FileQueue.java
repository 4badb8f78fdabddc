package dev.agentgate.store.file;

import dev.agentgate.store.WorkQueue;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The queue, as the index has it. */
final class FileQueue implements WorkQueue {
  private final OpenIndex index;
  private final Settler settler;
  private final Journal journal;

  FileQueue(OpenIndex index, Settler settler, Journal journal) {
    this.index = index;
    this.settler = settler;
    this.journal = journal;
  }

  @Override
  public Iterator<QueueEntry> fromHead() {
    return index.get().queue();
  }

  @Override
  public OptionalInt position(WorkOrderId id) {
    return index.get().queuePosition(id);
  }

  @Override
  public Optional<Instant> oldestQueuedAt() {
    return index.get().oldestQueuedAt();
  }

  @Override
  public List<RunningEntry> running() {
    return index.get().running();
  }

  @Override
  public boolean isPaused() {
    return index.get().isPaused();
  }

  @Override
  public void setPaused(boolean paused) {
    index.check();
    settler.awaitRoom();
    journal.append(new Change.Pause(paused));
  }
}
