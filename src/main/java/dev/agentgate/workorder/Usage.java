package dev.agentgate.workorder;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an agent used, in one run or summed over several. An unknown value is empty, never 0.
 *
 * @param inputTokens all tokens sent to a model, including those read from and written to its cache
 * @param cachedInputTokens how many of the input tokens came from a cache
 * @param outputTokens the tokens that a model wrote
 * @param turns how often a model answered
 * @param costUsd in US dollars, with at most nine decimal places
 */
public record Usage(
    OptionalLong inputTokens,
    OptionalLong cachedInputTokens,
    OptionalLong outputTokens,
    OptionalLong turns,
    Optional<BigDecimal> costUsd) {
  /** A usage of which nothing is known. */
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

  /** Returns a usage of which only the tokens are known. */
  public static Usage ofTokens(long input, long cachedInput, long output) {
    return new Usage(
        OptionalLong.of(input),
        OptionalLong.of(cachedInput),
        OptionalLong.of(output),
        OptionalLong.empty(),
        Optional.empty());
  }

  /** Returns this usage with another number of turns. */
  public Usage withTurns(OptionalLong newTurns) {
    return new Usage(inputTokens, cachedInputTokens, outputTokens, newTurns, costUsd);
  }

  /** Returns this usage with another cost. */
  public Usage withCost(Optional<BigDecimal> newCost) {
    return new Usage(inputTokens, cachedInputTokens, outputTokens, turns, newCost);
  }

  /** Whether nothing is known. */
  public boolean isUnknown() {
    return equals(UNKNOWN);
  }

  /**
   * Returns the sum of both. If only one of them knows a value, the sum is that value: a lower
   * bound.
   */
  public Usage plus(Usage other) {
    return new Usage(
        sum(inputTokens, other.inputTokens),
        sum(cachedInputTokens, other.cachedInputTokens),
        sum(outputTokens, other.outputTokens),
        sum(turns, other.turns),
        costUsd.map(cost -> cost.add(other.costUsd.orElse(BigDecimal.ZERO))).or(other::costUsd));
  }

  /**
   * Returns what was used after {@code earlier}, provided that this usage continues its counts. A
   * count that is lower than the earlier one has started again from 0, so it is returned unchanged.
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
    // Gives 100, not 1E+2.
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }
}
