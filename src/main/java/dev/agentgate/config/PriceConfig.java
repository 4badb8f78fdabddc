package dev.agentgate.config;

import java.math.BigDecimal;
import java.util.Optional;

/** The price of one model. */
public interface PriceConfig {
  /**
   * What a million tokens cost that are sent to the model, in US dollars. Quote the model's name in
   * the key if it contains a dot or a slash. A model with a price needs this and {@code
   * output-usd}.
   */
  // Optional only so that the start can say that it is missing.
  @AtLeast("0")
  Optional<BigDecimal> inputUsd();

  /**
   * What a million sent tokens cost that come from the cache, in US dollars; the same as {@code
   * input-usd} if unset.
   */
  @AtLeast("0")
  Optional<BigDecimal> cachedInputUsd();

  /** What a million tokens cost that the model writes, in US dollars. */
  @AtLeast("0")
  Optional<BigDecimal> outputUsd();
}
