package dev.agentgate.store;

import dev.agentgate.store.ChangeFeed.Changes;
import dev.agentgate.store.ChangeFeed.Entry;
import dev.agentgate.store.ChangeFeed.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The latest changes of a {@link ChangeFeed}, in memory. For one thread at a time: a feed guards it
 * with its lock.
 */
public final class ChangeRing {
  private final Entry[] ring;
  private String feed = UUID.randomUUID().toString();
  private long latest;

  /**
   * @param kept how many changes a reader may be behind
   */
  public ChangeRing(int kept) {
    ring = new Entry[kept];
  }

  /** Adds a change. */
  public void add(Entry change) {
    ring[(int) (latest % ring.length)] = change;
    latest++;
  }

  /** Begins another feed, because changes were missed: every earlier position is before a gap. */
  public void beginAnother() {
    feed = UUID.randomUUID().toString();
  }

  /** Returns what {@link ChangeFeed#latest} returns. */
  public Position latest() {
    return new Position(feed, latest);
  }

  /** Returns what {@link ChangeFeed#after} returns. */
  public Changes after(Position position, int limit) {
    if (isGap(position)) {
      return new Changes(List.of(), latest(), true);
    }
    List<Entry> changes = new ArrayList<>();
    long number = position.number();
    for (; number < latest && changes.size() < limit; number++) {
      changes.add(ring[(int) (number % ring.length)]);
    }
    return new Changes(changes, new Position(feed, number), false);
  }

  /** Whether {@link #after} has something to return. */
  public boolean hasAfter(Position position) {
    return isGap(position) || position.number() < latest;
  }

  private boolean isGap(Position position) {
    return !position.feed().equals(feed) || latest - position.number() > ring.length;
  }
}
