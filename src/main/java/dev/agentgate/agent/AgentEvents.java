package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Collects what the events of one agent's output say. Not for concurrent use. */
abstract class AgentEvents {
  /**
   * The first characters of "Error:", "fatal:", "[ERROR]" and "Attempt", and of a colour before
   * them.
   */
  private static final String MESSAGE_STARTS = "EeFf[A\u001b";

  protected final OutputContext context;
  private final FieldPaths fields;

  /** The agent's last message. */
  protected final Words result = new Words();

  protected Optional<String> session = Optional.empty();
  protected Optional<String> model = Optional.empty();
  protected AgentVerdict verdict = AgentVerdict.UNKNOWN;

  /** Whether the agent has finished, apart from what it left running in the background. */
  protected boolean finished;

  /**
   * The failure that the agent has been retrying since it last made progress. Agents report retries
   * often and callers rarely ask, so the verdict is made on demand.
   */
  protected Optional<Supplier<AgentVerdict.Failed>> retrying = Optional.empty();

  /**
   * @param fields the fields that {@link #event} reads, including {@code type}
   */
  protected AgentEvents(OutputContext context, FieldPaths fields) {
    this.context = context;
    this.fields = fields;
  }

  final FieldPaths fields() {
    return fields;
  }

  /** Whether the fields of an event of this type do not matter, only the type itself. */
  boolean isTypeEnough(String type) {
    return false;
  }

  /**
   * Processes an event.
   *
   * @return whether the agent made progress; signs of life and retries are not progress
   */
  abstract boolean event(JsonEvent event);

  /** Whether a line that is not an event may be a message. Rules out most lines cheaply. */
  final boolean mayMatter(byte[] line, int from, int to) {
    int first = from;
    while (first < to && line[first] == ' ') {
      first++;
    }
    return first < to && MESSAGE_STARTS.indexOf(line[first]) >= 0;
  }

  /** Processes a line that is not an event, which the program wrote to its standard error. */
  void text(String line) {
    if (verdict instanceof AgentVerdict.Unknown && startsWithError(line)) {
      verdict = failed(OptionalInt.empty(), "", line);
    }
  }

  /** Returns what this run has used; without a cost if the agent does not report one. */
  abstract Usage usage();

  /** Returns what the output has said so far. */
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

  /** Agents that do not know a model's price report a cost of zero for its tokens. */
  private static boolean isNoPrice(int signum, Usage usage) {
    return signum == 0 && usage.inputTokens().orElse(0) + usage.outputTokens().orElse(0) > 0;
  }

  protected final Optional<BigDecimal> priceOf(String name, Usage usage) {
    return context.prices().find(name).flatMap(price -> price.of(usage));
  }

  /**
   * Returns the verdict for an error.
   *
   * @param status the status of the provider's response
   * @param kind other text that names the error
   * @param sentence the agent's own message
   */
  protected final AgentVerdict.Failed failed(OptionalInt status, String kind, String sentence) {
    return failed(FailureWords.classify(status, kind + " " + sentence), sentence, Optional.empty());
  }

  /**
   * Returns the verdict for a failure of a known kind.
   *
   * @param until when a usage limit ends, if that is known
   */
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

  /** Returns the HTTP status at a path. */
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
