package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The price of a model, in US dollars per million tokens.
 *
 * @param inputUsd for tokens that are sent to the model
 * @param cachedInputUsd for sent tokens that come from the cache; same as {@code inputUsd} if empty
 * @param outputUsd for tokens that the model writes
 */
public record Price(
    BigDecimal inputUsd, Optional<BigDecimal> cachedInputUsd, BigDecimal outputUsd) {
  /** Moving the decimal point by this many places divides by a million. */
  private static final int MILLION = 6;

  public Price {
    if (inputUsd.signum() < 0
        || outputUsd.signum() < 0
        || cachedInputUsd.filter(price -> price.signum() < 0).isPresent()) {
      throw new IllegalArgumentException("A price is negative");
    }
  }

  /** Returns the cost of these tokens; empty if the number of input or output tokens is unknown. */
  public Optional<BigDecimal> of(Usage usage) {
    OptionalLong input = usage.inputTokens();
    OptionalLong output = usage.outputTokens();
    if (input.isEmpty() || output.isEmpty()) {
      return Optional.empty();
    }
    long cached = Math.min(usage.cachedInputTokens().orElse(0), input.getAsLong());
    return Optional.of(
        inputUsd
            .multiply(BigDecimal.valueOf(input.getAsLong() - cached))
            .add(cachedInputUsd.orElse(inputUsd).multiply(BigDecimal.valueOf(cached)))
            .add(outputUsd.multiply(BigDecimal.valueOf(output.getAsLong())))
            .movePointLeft(MILLION));
  }
}
