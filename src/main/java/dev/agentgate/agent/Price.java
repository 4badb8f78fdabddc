package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a model costs, in US dollars per million tokens.
 *
 * @param inputUsd tokens that are sent to it
 * @param cachedInputUsd those of them that come from its cache; as {@code inputUsd} if empty
 * @param outputUsd tokens that it writes
 */
public record Price(
    BigDecimal inputUsd, Optional<BigDecimal> cachedInputUsd, BigDecimal outputUsd) {
  /** A million is a point that moves by so many places. */
  private static final int MILLION = 6;

  public Price {
    if (inputUsd.signum() < 0
        || outputUsd.signum() < 0
        || cachedInputUsd.filter(price -> price.signum() < 0).isPresent()) {
      throw new IllegalArgumentException("A price is negative");
    }
  }

  /** What these tokens cost; empty if input or output is not known. */
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
