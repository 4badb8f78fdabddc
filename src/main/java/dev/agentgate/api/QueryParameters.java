package dev.agentgate.api;

import dev.agentgate.api.problem.ApiException;
import dev.agentgate.wire.DurationText;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkspaceSource;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads query parameters; each method throws an {@link ApiException}, a 400, for a value it cannot
 * read. A parameter that is sent empty counts as not sent.
 */
final class QueryParameters {
  static final int DEFAULT_LIMIT = 20;
  static final int MAX_LIMIT = 100;

  // Far beyond any order's age, and far below the limits of Instant.
  private static final Duration LONGEST_AGE = Duration.ofDays(36_500);
  private static final Pattern REPOSITORY = Pattern.compile("([\\w.-]{1,100})/([\\w.-]{1,100})");
  private static final Pattern LIMIT = Pattern.compile("[0-9]{1,3}");

  private QueryParameters() {}

  static int limit(List<String> values) {
    Optional<String> value = single("limit", values);
    if (value.isEmpty()) {
      return DEFAULT_LIMIT;
    }
    if (LIMIT.matcher(value.get()).matches()) {
      int limit = Integer.parseInt(value.get());
      if (limit >= 1 && limit <= MAX_LIMIT) {
        return limit;
      }
    }
    throw ApiException.invalid("limit must be a number from 1 to " + MAX_LIMIT);
  }

  static Optional<WorkOrderId> cursor(List<String> values) {
    return single("cursor", values)
        .map(value ->
            Cursor.parse(value)
                .orElseThrow(
                    () -> ApiException.invalid("cursor is not one that this service gave")));
  }

  static Optional<WorkOrderId> workOrderId(List<String> values) {
    return single("workOrderId", values)
        .map(value ->
            WorkOrderId.parse(value)
                .orElseThrow(() -> ApiException.invalid("workOrderId is not a work order's id")));
  }

  static Optional<String> agentType(List<String> values) {
    return single("agentType", values);
  }

  static Set<WorkOrderStatus> statuses(List<String> values) {
    Set<WorkOrderStatus> statuses = EnumSet.noneOf(WorkOrderStatus.class);
    for (String value : values) {
      statuses.add(
          WorkOrderStatus.parse(value)
              .orElseThrow(() -> ApiException.invalid("Unknown status: " + shortened(value))));
    }
    return statuses;
  }

  /** Reads {@code owner/repo}; returns the text that the repository is known by. */
  static Optional<String> repository(List<String> values) {
    return single("repository", values)
        .flatMap(value -> {
          Matcher names = REPOSITORY.matcher(value);
          if (!names.matches()) {
            throw ApiException.invalid("repository must be of the form owner/repo");
          }
          return new WorkspaceSource.GitHub(names.group(1), names.group(2), Optional.empty())
              .repository();
        });
  }

  static Set<FailureReason> failureReasons(List<String> values) {
    Set<FailureReason> reasons = EnumSet.noneOf(FailureReason.class);
    for (String value : values) {
      reasons.add(
          FailureReason.parse(value)
              .orElseThrow(
                  () -> ApiException.invalid("Unknown failure reason: " + shortened(value))));
    }
    return reasons;
  }

  /** Reads a time as RFC 3339 defines it. */
  static Optional<Instant> time(String name, List<String> values) {
    return single(name, values)
        .map(value -> {
          try {
            return OffsetDateTime.parse(value).toInstant();
          } catch (DateTimeException notATime) {
            throw ApiException.invalid(
                name + " must be a time as RFC 3339 defines it, such as 2026-03-01T12:00:00Z");
          }
        });
  }

  /** Reads {@code key:value} pairs; the key ends at the first colon. */
  static Map<String, String> labels(List<String> values) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String value : values) {
      int colon = value.indexOf(':');
      if (colon < 1) {
        throw ApiException.invalid("label must be of the form key:value");
      }
      String known = labels.put(value.substring(0, colon), value.substring(colon + 1));
      if (known != null) {
        throw ApiException.invalid("label names the same key twice");
      }
    }
    return labels;
  }

  /** Reads {@code true} or {@code false}; false if it was not sent. */
  static boolean flag(String name, List<String> values) {
    if (values.isEmpty()) {
      return false;
    }
    if (values.size() == 1) {
      switch (values.getFirst()) {
        case "true" -> {
          return true;
        }
        case "false" -> {
          return false;
        }
        default -> {}
      }
    }
    throw ApiException.invalid(name + " must be true or false");
  }

  /**
   * Refuses these parameters if they were sent without a value. JAX-RS would treat such a parameter
   * as absent, and more would be removed than the client meant.
   */
  static void refuseEmpty(Map<String, List<String>> sent, String... names) {
    for (String name : names) {
      if (sent.getOrDefault(name, List.of()).contains("")) {
        throw ApiException.invalid(name + " must have a value");
      }
    }
  }

  /**
   * Refuses every other parameter, because a misspelt filter must not remove what it was meant to
   * keep.
   */
  static void refuseUnknown(Map<String, List<String>> sent, String... known) {
    for (String name : sent.keySet()) {
      if (!List.of(known).contains(name)) {
        throw ApiException.invalid("Unknown query parameter: " + shortened(name));
      }
    }
  }

  static Optional<Duration> olderThan(List<String> values) {
    if (values.isEmpty()) {
      return Optional.empty();
    }
    if (values.size() == 1) {
      Optional<Duration> age =
          DurationText.parse(values.getFirst()).filter(it -> it.compareTo(LONGEST_AGE) <= 0);
      if (age.isPresent()) {
        return age;
      }
    }
    throw ApiException.invalid("olderThan must be a duration up to 36500d, as 7d, 12h or PT30M");
  }

  private static Optional<String> single(String name, List<String> values) {
    if (values.size() > 1) {
      throw ApiException.invalid(name + " may be sent once");
    }
    return values.stream().findFirst();
  }

  private static String shortened(String value) {
    return value.length() <= 40 ? value : value.substring(0, 40) + "…";
  }
}
