package dev.agentgate.agent;

import java.util.Map;
import java.util.Optional;

/**
 * The configured prices of models.
 *
 * @param byModel by the model's name, with or without its provider ({@code anthropic/…})
 */
public record Prices(Map<String, Price> byModel) {
  /** No model has a price. */
  public static final Prices NONE = new Prices(Map.of());

  public Prices {
    byModel = Map.copyOf(byModel);
  }

  /**
   * Returns the price of a model, found by its whole name or else by its name without the provider.
   */
  public Optional<Price> find(String model) {
    return Optional.ofNullable(byModel.get(model))
        .or(() -> Optional.ofNullable(byModel.get(model.substring(model.lastIndexOf('/') + 1))));
  }
}
