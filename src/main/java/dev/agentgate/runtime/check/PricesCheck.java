package dev.agentgate.runtime.check;

import dev.agentgate.config.PriceConfig;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Checks that a model with a price has one for both directions. */
@Singleton
class PricesCheck implements StartCheck {
  private final Map<String, PriceConfig> prices;

  PricesCheck(Settings settings) {
    prices = new TreeMap<>(settings.prices());
  }

  @Override
  public Stream<Problem> problems() {
    return prices.entrySet().stream()
        .flatMap(price -> {
          String prefix = "agentgate.prices.\"" + price.getKey() + "\".";
          return Stream.of(
                  missing(prefix + "input-usd", price.getValue().inputUsd()),
                  missing(prefix + "output-usd", price.getValue().outputUsd()))
              .flatMap(Optional::stream);
        });
  }

  private static Optional<Problem> missing(String key, Optional<BigDecimal> value) {
    return value.isPresent()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                key, "is missing", "set the price of a million tokens, or remove the model"));
  }
}
