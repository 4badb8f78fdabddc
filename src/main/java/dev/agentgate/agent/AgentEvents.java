package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** What the events of one agent's output have told so far. Not for concurrent use. */
abstract class AgentEvents {
  /** Of "Error:", "fatal:", "[ERROR]", "Attempt", and a colour before one of them. */
  private static final String MESSAGE_STARTS = "EeFf[A\u001b";

  protected final OutputContext context;

  /** The agent's last words. */
  protected final Words result = new Words();

  protected Optional<String> session = Optional.empty();
  protected Optional<String> model = Optional.empty();
  protected AgentVerdict verdict = AgentVerdict.UNKNOWN;

  /** Nothing more is to come but what the agent has in the background. */
  protected boolean finished;

  /** What the agent tries again, since it last got on; told many times, and seldom asked for. */
  protected Optional<Supplier<AgentVerdict.Failed>> retrying = Optional.empty();

  protected AgentEvents(OutputContext context) {
    this.context = context;
  }

  /** The fields that {@link #event} looks at, {@code type} among them. */
  abstract FieldPaths fields();

  /** Whether the type alone tells all there is to know about such an event. */
  boolean isTypeEnough(String type) {
    return false;
  }

  /**
   * Takes an event.
   *
   * @return whether the agent got on; signs of life and retries are no progress
   */
  abstract boolean event(JsonEvent event);

  /** Whether a line that is no event may be a message: most such lines need no closer look. */
  final boolean mayMatter(byte[] line, int from, int to) {
    int first = from;
    while (first < to && line[first] == ' ') {
      first++;
    }
    return first < to && MESSAGE_STARTS.indexOf(line[first]) >= 0;
  }

  /** Takes a line that is no event: what the program wrote to its standard error. */
  void text(String line) {
    if (verdict instanceof AgentVerdict.Unknown && startsWithError(line)) {
      verdict = failed(OptionalInt.empty(), "", line);
    }
  }

  /** What was used by this run; without a price where the agent tells none. */
  abstract Usage usage();

  /** What was told so far. */
  final AgentReport report() {
    Usage usage = usage();
    Optional<String> by = model.or(context::model);
    boolean costKnown =
        usage.costUsd().filter(cost -> !isNoPrice(cost.signum(), usage)).isPresent();
    return new AgentReport(
        session,
        by,
        result.text(),
        costKnown ? usage : usage.withCost(by.flatMap(name -> priceOf(name, usage))));
  }

  /** Agents that know no price for a model say that its tokens cost nothing. */
  private static boolean isNoPrice(int signum, Usage usage) {
    return signum == 0 && usage.inputTokens().orElse(0) + usage.outputTokens().orElse(0) > 0;
  }

  protected final Optional<BigDecimal> priceOf(String name, Usage usage) {
    return context.prices().find(name).flatMap(price -> price.of(usage));
  }

  /**
   * The verdict for an error.
   *
   * @param status of the provider's answer
   * @param kind whatever else names the error
   * @param sentence the agent's own
   */
  protected final AgentVerdict.Failed failed(OptionalInt status, String kind, String sentence) {
    return failed(FailureWords.classify(status, kind + " " + sentence), sentence, Optional.empty());
  }

  /** The same where the failure is known, and perhaps when the limit is over. */
  protected final AgentVerdict.Failed failed(
      AgentFailure failure, String sentence, Optional<Instant> until) {
    String words = Words.sentence(sentence);
    return new AgentVerdict.Failed(
        failure,
        words,
        failure == AgentFailure.USAGE_LIMIT
            ? until.or(() -> ResetTime.in(words, context.clock().instant(), context.zone()))
            : Optional.empty());
  }

  /** The HTTP status at a path. */
  protected static OptionalInt status(JsonEvent event, String path) {
    OptionalLong status = event.number(path);
    return status.isPresent() && status.getAsLong() >= 100 && status.getAsLong() < 600
        ? OptionalInt.of((int) status.getAsLong())
        : OptionalInt.empty();
  }

  private static boolean startsWithError(String line) {
    return line.regionMatches(true, 0, "error:", 0, 6)
        || line.regionMatches(true, 0, "[error]", 0, 7)
        || line.regionMatches(true, 0, "fatal:", 0, 6);
  }
}
