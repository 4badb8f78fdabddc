package dev.agentgate.notify;

import dev.agentgate.workorder.WorkOrderStatus;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Which targets receive which changes, and how persistently.
 *
 * @param targets the addresses that changes are posted to; none: nothing is posted
 * @param secret the key of the signature
 * @param statuses changes to these statuses are posted
 * @param timeout for connecting, and for the answer
 * @param maxAttempts a delivery is given up after this many; at least 1
 * @param firstBackoff between the first two attempts; it doubles with each attempt, up to a minute
 * @param directory where undelivered messages are kept
 */
public record WebhookSettings(
    List<URI> targets,
    String secret,
    Set<WorkOrderStatus> statuses,
    Duration timeout,
    int maxAttempts,
    Duration firstBackoff,
    Path directory) {
  public WebhookSettings {
    targets = List.copyOf(targets);
    statuses = Set.copyOf(statuses);
  }
}
