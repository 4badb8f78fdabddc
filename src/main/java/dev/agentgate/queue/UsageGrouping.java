package dev.agentgate.queue;

import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.WorkOrder;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.BiFunction;

/** The keys that a {@link UsageReport} can count runs under. */
public final class UsageGrouping {
  private static final String LABEL = "label:";

  private UsageGrouping() {}

  /**
   * Returns what runs are counted under. A run without the value is counted under the empty key.
   *
   * @param name {@code agent}, {@code model}, {@code repository}, {@code day} (in UTC) or {@code
   *     label:KEY}
   * @return empty for any other name
   */
  public static Optional<BiFunction<WorkOrder, Run, String>> of(String name) {
    if (name.startsWith(LABEL) && name.length() > LABEL.length()) {
      String label = name.substring(LABEL.length());
      return Optional.of((order, _) -> order.spec().labels().getOrDefault(label, ""));
    }
    return switch (name) {
      case "agent" -> Optional.of((order, _) -> order.spec().agentType());
      case "model" -> Optional.of(UsageGrouping::model);
      case "repository" -> Optional.of((order, _) -> repository(order));
      case "day" ->
          Optional.of((_, run) -> run.startedAt().atZone(ZoneOffset.UTC).toLocalDate().toString());
      default -> Optional.empty();
    };
  }

  private static String model(WorkOrder order, Run run) {
    return run.results().model().or(() -> order.spec().choices().model()).orElse("");
  }

  private static String repository(WorkOrder order) {
    return order
        .spec()
        .workspaceSource()
        .repository()
        .map(name -> name.substring(name.indexOf(':') + 1))
        .orElse("");
  }
}
