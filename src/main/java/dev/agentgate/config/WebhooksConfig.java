package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Programs that are notified of changes over HTTP. */
public interface WebhooksConfig {
  /**
   * {@code https} or {@code http} URLs. Each change of an order's status is posted to each of them.
   *
   * @see "Webhooks"
   */
  Optional<List<String>> urls();

  /**
   * The key that signs the messages. It has at least 16 characters and is required if there are
   * URLs.
   */
  Optional<String> secret();

  /** Only changes to these statuses are posted. */
  @WithDefault("queued,running,completed,failed,cancelled")
  @OneOf(
      kind = "status",
      value = {"queued", "running", "completed", "failed", "cancelled"})
  Set<String> statuses();

  /** How long a target may take to accept a connection, and how long to answer. */
  @WithDefault("PT10S")
  @AtLeast("1ms")
  Duration timeout();

  /** The number of attempts after which a message is given up. */
  @WithDefault("10")
  @AtLeast("1")
  int maxAttempts();
}
