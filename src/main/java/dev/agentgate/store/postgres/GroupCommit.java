package dev.agentgate.store.postgres;

import dev.agentgate.store.StoreUnansweredException;
import dev.agentgate.store.StoreUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Lets threads that write at the same time share a round trip and a commit. A thread writes at once
 * if no other one does. Otherwise it waits for the other one, and then one thread writes for all
 * that have waited.
 *
 * <p>A batch that takes long, perhaps because it waits for a lock, does not hold up the others:
 * they wait for a moment only, and then write all the same.
 *
 * @param <T> what is written
 * @param <R> what is known of it once it is written
 */
final class GroupCommit<T, R> {
  /**
   * The most that are written together. The driver would end a transaction in the middle of a batch
   * of 256.
   */
  static final int LARGEST_BATCH = 64;

  /**
   * The most bytes that are written together, unless a single write has more. A batch should leave
   * in one piece: the server keeps the locks of a transaction whose end does not arrive.
   */
  static final long MOST_BYTES = 128 * 1024;

  /** Longer than a commit takes if the database is near and its disk is fast. */
  private static final Duration PATIENCE = Duration.ofMillis(2);

  /**
   * The classes of SQL states for which one write of a batch may be the reason: its values (22, 23,
   * 54), a lock that it waits for (40, 55), or its statement, which a pooler has lost (26).
   */
  private static final Set<String> FAULTS_OF_ONE = Set.of("22", "23", "26", "40", "54", "55");

  private final Comparator<? super T> order;
  private final ToLongFunction<? super T> bytes;
  private final Function<List<T>, List<R>> write;
  private final Duration patience;

  /** Guards the fields below and those of the tickets. */
  private final ReentrantLock lock = new ReentrantLock();

  /** The tickets that no batch has taken yet, the oldest first. */
  private final Set<Ticket> waiting = new LinkedHashSet<>();

  private int batchesUnderWay;

  /**
   * @param order the order within a batch: if it is that of the locks, batches do not end in a
   *     deadlock
   * @param bytes estimates the size of a write
   * @param write writes a batch, and returns what is known of each element, in turn. If it throws
   *     an exception, nothing was written, unless it is a {@link StoreUnansweredException}
   */
  GroupCommit(
      Comparator<? super T> order,
      ToLongFunction<? super T> bytes,
      Function<List<T>, List<R>> write) {
    this(order, bytes, write, PATIENCE);
  }

  /**
   * @param patience how long a thread waits for a batch that takes long
   */
  GroupCommit(
      Comparator<? super T> order,
      ToLongFunction<? super T> bytes,
      Function<List<T>, List<R>> write,
      Duration patience) {
    this.order = order;
    this.bytes = bytes;
    this.write = write;
    this.patience = patience;
  }

  /** A thread that writes or waits. */
  private final class Ticket {
    private final T what;
    private final long bytes;
    private final Condition changed = lock.newCondition();

    /** Whether a batch has it. */
    private boolean taken;

    private @Nullable Outcome<R> outcome;

    private Ticket(T what, long bytes) {
      this.what = what;
      this.bytes = bytes;
    }
  }

  private sealed interface Outcome<R> {
    record Written<R>(R known) implements Outcome<R> {}

    record Failed<R>(Throwable failure, boolean shared) implements Outcome<R> {}
  }

  /**
   * Writes, and returns what is known then.
   *
   * @throws StoreUnavailableException if it was not written
   * @throws StoreUnansweredException if nobody knows whether it was written
   */
  R write(T what) {
    return switch (outcome(new Ticket(what, bytes.applyAsLong(what)))) {
      case Outcome.Written<R>(R known) -> known;
      case Outcome.Failed<R>(Throwable failure, boolean shared) -> {
        if (shared && mayBeFaultOfAnother(failure)) {
          yield write.apply(List.of(what)).getFirst();
        }
        throw own(failure);
      }
    };
  }

  private static boolean mayBeFaultOfAnother(Throwable failure) {
    return switch (failure) {
      case StoreUnansweredException _ -> false;
      case StoreUnavailableException e ->
          e.getCause() instanceof InterruptedException
              || (e.getCause() instanceof SQLException cause && isFaultOfOne(cause));
      case RuntimeException _ -> true;
      default -> false;
    };
  }

  private static boolean isFaultOfOne(SQLException failure) {
    String state = Objects.requireNonNullElse(failure.getSQLState(), "");
    return FAULTS_OF_ONE.stream().anyMatch(state::startsWith);
  }

  /** Returns a new exception for each thread, so that each has its own stack trace. */
  private static RuntimeException own(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return switch (failure) {
      case StoreUnansweredException e -> new StoreUnansweredException(message, e);
      case StoreUnavailableException e -> new StoreUnavailableException(message, e);
      default -> new IllegalStateException("Writing to the database met a defect", failure);
    };
  }

  private Outcome<R> outcome(Ticket own) {
    awaitTurn(own);
    List<Ticket> batch = takeBatch(own);
    if (!batch.isEmpty()) {
      lead(batch);
    }
    lock.lock();
    try {
      while (own.outcome == null) {
        own.changed.awaitUninterruptibly();
      }
      return own.outcome;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until a batch has this ticket, or until there is nothing to wait for. */
  private void awaitTurn(Ticket own) {
    lock.lock();
    try {
      waiting.add(own);
      long left = patience.toNanos();
      while (!own.taken && batchesUnderWay > 0 && left > 0) {
        left = own.changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the batch that this thread must write; empty if another thread writes for it. */
  private List<Ticket> takeBatch(Ticket own) {
    lock.lock();
    try {
      if (own.taken) {
        return List.of();
      }
      waiting.remove(own);
      List<Ticket> batch = new ArrayList<>();
      batch.add(own);
      long size = own.bytes;
      Iterator<Ticket> others = waiting.iterator();
      while (others.hasNext() && batch.size() < LARGEST_BATCH) {
        Ticket next = others.next();
        size += next.bytes;
        if (size > MOST_BYTES) {
          break;
        }
        batch.add(next);
        others.remove();
      }
      batch.forEach(ticket -> ticket.taken = true);
      batchesUnderWay++;
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void lead(List<Ticket> batch) {
    // The others must not fail because this thread is interrupted.
    boolean interrupted = Thread.interrupted();
    Map<Ticket, Outcome<R>> outcomes = new HashMap<>();
    try {
      List<Ticket> inOrder =
          batch.stream().sorted(Comparator.comparing(ticket -> ticket.what, order)).toList();
      List<R> known = write.apply(inOrder.stream().map(ticket -> ticket.what).toList());
      for (int i = 0; i < inOrder.size(); i++) {
        outcomes.put(inOrder.get(i), new Outcome.Written<>(known.get(i)));
      }
    } catch (RuntimeException | Error e) {
      batch.forEach(ticket -> outcomes.put(ticket, new Outcome.Failed<>(e, batch.size() > 1)));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      finish(batch, outcomes);
    }
  }

  private void finish(List<Ticket> batch, Map<Ticket, Outcome<R>> outcomes) {
    lock.lock();
    try {
      batchesUnderWay--;
      for (Ticket ticket : batch) {
        ticket.outcome =
            outcomes.getOrDefault(
                ticket, new Outcome.Failed<>(new IllegalStateException("No outcome"), false));
        ticket.changed.signal();
      }
      if (!waiting.isEmpty()) {
        waiting.iterator().next().changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }
}
