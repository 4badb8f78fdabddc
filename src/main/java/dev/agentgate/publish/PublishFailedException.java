package dev.agentgate.publish;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An attempt to publish failed. The message is a sentence for clients, without secrets. */
public final class PublishFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean permanent;
  private final transient @Nullable Duration retryAfter;

  private PublishFailedException(
      String message, boolean permanent, @Nullable Duration retryAfter, @Nullable Throwable cause) {
    super(message, cause);
    this.permanent = permanent;
    this.retryAfter = retryAfter;
  }

  /** Returns the failure of an attempt that would fail again. */
  public static PublishFailedException permanent(String message, Throwable cause) {
    return new PublishFailedException(message, true, null, cause);
  }

  /** Returns the failure of an attempt that would fail again. */
  public static PublishFailedException permanent(String message) {
    return new PublishFailedException(message, true, null, null);
  }

  /** Returns the failure of an attempt that may succeed later. */
  public static PublishFailedException transientFailure(String message, Throwable cause) {
    return new PublishFailedException(message, false, null, cause);
  }

  /**
   * Returns the failure of an attempt that may succeed later.
   *
   * @param retryAfter how long the other side asks to be left alone
   */
  public static PublishFailedException transientFailure(String message, Duration retryAfter) {
    return new PublishFailedException(message, false, retryAfter, null);
  }

  /** Whether another attempt would fail for the same reason. */
  public boolean isPermanent() {
    return permanent;
  }

  /** Returns the least time before another attempt; empty if the other side does not say. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
