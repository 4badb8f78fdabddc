package dev.agentgate.queue;

import dev.agentgate.workorder.RunUsage;
import java.util.Optional;
import java.util.function.Function;

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
  public static Optional<Function<RunUsage, String>> of(String name) {
    if (name.startsWith(LABEL) && name.length() > LABEL.length()) {
      String label = name.substring(LABEL.length());
      return Optional.of(used -> used.labels().getOrDefault(label, ""));
    }
    return switch (name) {
      case "agent" -> Optional.of(RunUsage::agentType);
      case "model" -> Optional.of(used -> used.model().orElse(""));
      case "repository" -> Optional.of(UsageGrouping::repository);
      case "day" -> Optional.of(used -> used.day().toString());
      default -> Optional.empty();
    };
  }

  private static String repository(RunUsage used) {
    return used.repository().map(name -> name.substring(name.indexOf(':') + 1)).orElse("");
  }
}
