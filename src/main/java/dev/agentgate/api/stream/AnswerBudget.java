package dev.agentgate.api.stream;

import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.ProblemType;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.Semaphore;

/**
 * Limits the bytes of large answers that are on their way, from the first byte to the last. A
 * client that reads slowly, or not at all, keeps its answer in memory, and a heap has room for only
 * so many. Small answers are not counted: the buffers of the connection hold them. Safe for use by
 * many threads.
 */
@Singleton
public class AnswerBudget {
  /** The largest answer that needs no room. Most answers fit into it. */
  public static final int SMALL = 16 * 1024;

  /**
   * The share of the heap. What an answer was made from takes several times its size, and most of
   * the heap has other uses.
   */
  private static final int HEAP_SHARE = 16;

  /** What one permit stands for. */
  private static final int UNIT = 1024;

  private final int most;
  private final Semaphore free;

  @Inject
  AnswerBudget() {
    this(Runtime.getRuntime().maxMemory());
  }

  AnswerBudget(long heap) {
    this.most = Math.clamp(heap / HEAP_SHARE / UNIT, 1, Integer.MAX_VALUE);
    // Fair, so that large answers are not overtaken by smaller ones again and again.
    this.free = new Semaphore(most, true);
  }

  /**
   * Takes room for an answer.
   *
   * @throws ApiException 503 if there is none at the moment
   */
  public Room take(long bytes) {
    int units = units(bytes);
    if (!free.tryAcquire(units)) {
      throw new ApiException(
          ProblemType.BUSY, "Too many large answers are being sent; try again in a moment");
    }
    return () -> free.release(units);
  }

  /**
   * Refuses an answer of at least this size before it is made.
   *
   * @throws ApiException 503 if there is no room for it at the moment
   */
  public void requireRoom(long bytes) {
    if (bytes > SMALL) {
      take(bytes).close();
    }
  }

  /** Takes room for a part of an answer that has begun, and waits until there is some. */
  public Room await(long bytes) throws InterruptedException {
    int units = units(bytes);
    free.acquire(units);
    return () -> free.release(units);
  }

  // An answer that is larger than all there is has it for itself.
  private int units(long bytes) {
    return (int) Math.min(most, (bytes + UNIT - 1) / UNIT);
  }

  /** Room that was taken; closing it gives it back. */
  @FunctionalInterface
  public interface Room extends AutoCloseable {
    @Override
    void close();
  }
}
