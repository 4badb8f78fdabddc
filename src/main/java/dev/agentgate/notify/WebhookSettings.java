package dev.agentgate.notify;

import dev.agentgate.workorder.WorkOrderStatus;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Who is told what, and how hard it is tried.
 *
 * @param targets where changes are posted to; none: nobody is told
 * @param secret what the signature is made with
 * @param statuses changes to these are told
 * @param timeout for connecting, and for the answer
 * @param maxAttempts after so many a delivery is given up; at least 1
 * @param firstBackoff between the first two attempts; it doubles from one to the next, up to a
 *     minute
 * @param directory where undelivered ones are kept
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
