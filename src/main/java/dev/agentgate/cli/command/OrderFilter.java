package dev.agentgate.cli.command;

import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.remote.Query;
import dev.agentgate.wire.DurationText;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which orders: the filters of a list and of what is done to many. */
final class OrderFilter {
  @Option(
      names = {"-s", "--status"},
      paramLabel = "STATUS",
      split = ",",
      description = "queued, running, completed, failed or cancelled; several with commas.")
  private List<String> statuses = new ArrayList<>();

  @Option(
      names = {"-a", "--agent"},
      paramLabel = "TYPE",
      description = "Orders for this agent.")
  private @Nullable String agent;

  @Option(
      names = {"-r", "--repo"},
      paramLabel = "OWNER/NAME",
      description = "Orders for this repository.")
  private @Nullable String repository;

  @Option(
      names = {"-l", "--label"},
      paramLabel = "KEY:VALUE",
      description = "Orders with this label. With several, all must match.")
  private List<String> labels = new ArrayList<>();

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      split = ",",
      description = "Orders that failed for this reason, such as timeout; several with commas.")
  private List<String> reasons = new ArrayList<>();

  @Option(
      names = "--after",
      paramLabel = "TIME",
      description = "Orders created after this: a time, a date, or how long ago, such as 2h.")
  private @Nullable String after;

  @Option(
      names = "--before",
      paramLabel = "TIME",
      description = "Orders created before this, in the same forms.")
  private @Nullable String before;

  boolean isEmpty() {
    return statuses.isEmpty()
        && agent == null
        && repository == null
        && labels.isEmpty()
        && reasons.isEmpty()
        && after == null
        && before == null;
  }

  boolean hasStatus() {
    return !statuses.isEmpty();
  }

  Query addTo(Query query, Instant now) {
    statuses.forEach(status -> query.with("status", status));
    query.with("agentType", agent).with("repository", repository);
    labels.forEach(label -> query.with("label", Labels.colon(label)));
    reasons.forEach(reason -> query.with("failureReason", reason));
    return query
        .with("createdAfter", time("--after", after, now))
        .with("createdBefore", time("--before", before, now));
  }

  /** Reads a time, a date at this machine's midnight, or a duration before now. */
  static @Nullable String time(String option, @Nullable String text, Instant now) {
    if (text == null) {
      return null;
    }
    Optional<Duration> ago = text.matches("\\d+") ? Optional.empty() : DurationText.parse(text);
    try {
      if (ago.isPresent()) {
        return now.minus(ago.get()).toString();
      }
      return text.length() == "2026-01-31".length()
          ? LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant().toString()
          : Instant.parse(text).toString();
    } catch (DateTimeException | ArithmeticException e) {
      throw new CommandFailed(
          ExitCode.USAGE,
          option
              + " '"
              + text
              + "' is not a time: write 2026-01-31T12:00:00Z, 2026-01-31, or how long ago, as 2h.");
    }
  }
}
