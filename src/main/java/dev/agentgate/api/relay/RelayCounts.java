package dev.agentgate.api.relay;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Counts the calls to other instances by what came of them. */
final class RelayCounts {
  /** What came of a call. */
  enum Outcome {
    /** The other instance answered, whatever it said. */
    ANSWERED,
    /** It could not be reached, and nothing was sent. */
    UNREACHABLE,
    /** It was reached, but did not answer in time. */
    UNANSWERED
  }

  private final Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);

  RelayCounts(MeterRegistry meters) {
    for (Outcome outcome : Outcome.values()) {
      Counter counter =
          Counter.builder("agentgate.relayed.calls")
              .description("Calls to other instances, each attempt, by outcome")
              .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
              .register(meters);
      counters.put(outcome, counter);
    }
  }

  void count(Outcome outcome) {
    Counter counter = counters.get(outcome);
    if (counter != null) {
      counter.increment();
    }
  }
}
