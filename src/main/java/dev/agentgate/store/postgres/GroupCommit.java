package dev.agentgate.store.postgres;

import dev.agentgate.store.StoreUnansweredException;
import dev.agentgate.store.StoreUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
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
  /** The most that are written together. */
  static final int LARGEST_BATCH = 64;

  /** Longer than a commit takes if the database is near and its disk is fast. */
  private static final Duration PATIENCE = Duration.ofMillis(2);

  /**
   * The classes of SQL states that blame a value, or the order of locks. Both may come from what
   * another thread writes.
   */
  private static final Set<String> FAULTS_OF_ONE = Set.of("22", "23", "40", "54");

  private final Comparator<? super T> order;
  private final Function<List<T>, List<R>> write;
  private final Duration patience;

  /** Guards the fields below and those of the tickets. */
  private final ReentrantLock lock = new ReentrantLock();

  /** The tickets that no batch has taken yet, the oldest first. */
  private final Set<Ticket> waiting = new LinkedHashSet<>();

  private int batchesUnderWay;

  /**
   * @param order the order within a batch: if it is that of the locks, no two batches block each
   *     other
   * @param write writes a batch, and returns what is known of each element, in turn. If it throws
   *     an exception, nothing was written, unless it is a {@link StoreUnansweredException}
   */
  GroupCommit(Comparator<? super T> order, Function<List<T>, List<R>> write) {
    this(order, write, PATIENCE);
  }

  /**
   * @param patience how long a thread waits for a batch that takes long
   */
  GroupCommit(Comparator<? super T> order, Function<List<T>, List<R>> write, Duration patience) {
    this.order = order;
    this.write = write;
    this.patience = patience;
  }

  /** A thread that writes or waits. */
  private final class Ticket {
    private final T what;
    private final Condition changed = lock.newCondition();

    /** Whether a batch has it. */
    private boolean taken;

    private @Nullable Outcome<R> outcome;

    private Ticket(T what) {
      this.what = what;
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
    return switch (outcome(new Ticket(what))) {
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
    return !(failure instanceof StoreUnavailableException)
        || (failure.getCause() instanceof SQLException cause
            && FAULTS_OF_ONE.stream()
                .anyMatch(Objects.requireNonNullElse(cause.getSQLState(), "")::startsWith));
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
      Iterator<Ticket> others = waiting.iterator();
      while (others.hasNext() && batch.size() < LARGEST_BATCH) {
        batch.add(others.next());
        others.remove();
      }
      batch.forEach(ticket -> ticket.taken = true);
      batch.sort(Comparator.comparing(ticket -> ticket.what, order));
      batchesUnderWay++;
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void lead(List<Ticket> batch) {
    // The others must not fail because this thread is interrupted.
    boolean interrupted = Thread.interrupted();
    List<Outcome<R>> outcomes;
    try {
      List<R> known = write.apply(batch.stream().map(ticket -> ticket.what).toList());
      outcomes = known.stream().<Outcome<R>>map(Outcome.Written::new).toList();
    } catch (RuntimeException | Error e) {
      outcomes = Collections.nCopies(batch.size(), new Outcome.Failed<>(e, batch.size() > 1));
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    finish(batch, outcomes);
  }

  private void finish(List<Ticket> batch, List<Outcome<R>> outcomes) {
    lock.lock();
    try {
      batchesUnderWay--;
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).outcome = outcomes.get(i);
        batch.get(i).changed.signal();
      }
      if (!waiting.isEmpty()) {
        waiting.iterator().next().changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }
}
