package dev.agentgate.workorder;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an agent used: of a run, or summed over runs. Whatever is not known is empty, never 0.
 *
 * @param inputTokens all tokens that were sent to a model, those from and for its cache included
 * @param cachedInputTokens how many of them came from a cache
 * @param outputTokens the tokens that a model wrote
 * @param turns how often a model answered
 * @param costUsd in US dollars, of at most nine decimal places
 */
public record Usage(
    OptionalLong inputTokens,
    OptionalLong cachedInputTokens,
    OptionalLong outputTokens,
    OptionalLong turns,
    Optional<BigDecimal> costUsd) {
  /** Nothing is known. */
  public static final Usage UNKNOWN =
      new Usage(
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          Optional.empty());

  private static final int DECIMAL_PLACES = 9;

  public Usage {
    inputTokens = checked(inputTokens);
    cachedInputTokens = checked(cachedInputTokens);
    outputTokens = checked(outputTokens);
    turns = checked(turns);
    costUsd = costUsd.map(Usage::rounded);
  }

  /** Tokens alone. */
  public static Usage ofTokens(long input, long cachedInput, long output) {
    return new Usage(
        OptionalLong.of(input),
        OptionalLong.of(cachedInput),
        OptionalLong.of(output),
        OptionalLong.empty(),
        Optional.empty());
  }

  /** The same with another number of turns. */
  public Usage withTurns(OptionalLong newTurns) {
    return new Usage(inputTokens, cachedInputTokens, outputTokens, newTurns, costUsd);
  }

  /** The same with another cost. */
  public Usage withCost(Optional<BigDecimal> newCost) {
    return new Usage(inputTokens, cachedInputTokens, outputTokens, turns, newCost);
  }

  /** Whether nothing is known. */
  public boolean isUnknown() {
    return equals(UNKNOWN);
  }

  /** Both together. What only one of them knows is the sum of what is known, a lower bound. */
  public Usage plus(Usage other) {
    return new Usage(
        sum(inputTokens, other.inputTokens),
        sum(cachedInputTokens, other.cachedInputTokens),
        sum(outputTokens, other.outputTokens),
        sum(turns, other.turns),
        costUsd.map(cost -> cost.add(other.costUsd.orElse(BigDecimal.ZERO))).or(other::costUsd));
  }

  /**
   * What came on top of {@code earlier}, where this counts on from there. A count that is lower
   * than the earlier one began anew and stays what it is.
   */
  public Usage since(Usage earlier) {
    return new Usage(
        difference(inputTokens, earlier.inputTokens),
        difference(cachedInputTokens, earlier.cachedInputTokens),
        difference(outputTokens, earlier.outputTokens),
        difference(turns, earlier.turns),
        costUsd.map(cost ->
            earlier
                .costUsd
                .filter(before -> before.compareTo(cost) <= 0)
                .map(cost::subtract)
                .orElse(cost)));
  }

  private static OptionalLong sum(OptionalLong one, OptionalLong other) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.isPresent() ? one : other;
    }
    long sum = one.getAsLong() + other.getAsLong();
    return OptionalLong.of(sum < 0 ? Long.MAX_VALUE : sum);
  }

  private static OptionalLong difference(OptionalLong now, OptionalLong before) {
    return now.isPresent() && before.isPresent() && before.getAsLong() <= now.getAsLong()
        ? OptionalLong.of(now.getAsLong() - before.getAsLong())
        : now;
  }

  private static OptionalLong checked(OptionalLong count) {
    if (count.isPresent() && count.getAsLong() < 0) {
      throw new IllegalArgumentException("A negative count: " + count.getAsLong());
    }
    return count;
  }

  private static BigDecimal rounded(BigDecimal cost) {
    if (cost.signum() < 0) {
      throw new IllegalArgumentException("A negative cost: " + cost);
    }
    BigDecimal stripped = cost.setScale(DECIMAL_PLACES, RoundingMode.HALF_UP).stripTrailingZeros();
    // 100, not 1E+2.
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }
}
