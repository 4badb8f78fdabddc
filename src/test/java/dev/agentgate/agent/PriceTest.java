package dev.agentgate.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.workorder.Usage;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PriceTest {
  private static final BigDecimal THREE = new BigDecimal("3");
  private static final BigDecimal FIFTEEN = new BigDecimal("15");
  private static final Price PRICE = new Price(THREE, Optional.of(new BigDecimal("0.3")), FIFTEEN);

  @Test
  void inputFromACacheHasAPriceOfItsOwn() {
    assertThat(PRICE.of(Usage.ofTokens(6500, 5000, 42)))
        .hasValueSatisfying(cost -> assertThat(cost).isEqualByComparingTo("0.00663"));
  }

  @Test
  void withoutOneItCostsWhatOtherInputCosts() {
    assertThat(new Price(THREE, Optional.empty(), FIFTEEN).of(Usage.ofTokens(6500, 5000, 42)))
        .hasValueSatisfying(cost -> assertThat(cost).isEqualByComparingTo("0.02013"));
  }

  @Test
  void whatIsNotKnownHasNoPrice() {
    assertThat(PRICE.of(Usage.UNKNOWN)).isEmpty();
  }

  @Test
  void aModelIsFoundWithOrWithoutItsProvider() {
    Prices prices = new Prices(Map.of("sonnet", PRICE));
    assertThat(prices.find("sonnet")).contains(PRICE);
    assertThat(prices.find("anthropic/sonnet")).contains(PRICE);
    assertThat(prices.find("opus")).isEmpty();
  }

  @Test
  void noPriceIsNegative() {
    assertThatThrownBy(() -> new Price(THREE.negate(), Optional.empty(), FIFTEEN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
