package dev.agentgate.workorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class UsageTest {
  private static final Usage SOME =
      Usage.ofTokens(100, 60, 10)
          .withTurns(OptionalLong.of(2))
          .withCost(Optional.of(new BigDecimal("0.1")));

  @Test
  void sumsWhatIsKnown() {
    assertThat(SOME.plus(SOME))
        .isEqualTo(
            Usage.ofTokens(200, 120, 20)
                .withTurns(OptionalLong.of(4))
                .withCost(Optional.of(new BigDecimal("0.2"))));
    assertThat(SOME.plus(Usage.UNKNOWN)).isEqualTo(SOME);
    assertThat(Usage.UNKNOWN.plus(SOME)).isEqualTo(SOME);
  }

  @Test
  void whatNobodyKnowsStaysUnknown() {
    Usage sum = Usage.ofTokens(1, 0, 1).plus(Usage.ofTokens(1, 0, 1));
    assertThat(sum.costUsd()).isEmpty();
    assertThat(sum.turns()).isEmpty();
    assertThat(Usage.UNKNOWN.plus(Usage.UNKNOWN).isUnknown()).isTrue();
  }

  @Test
  void sumsDoNotOverflow() {
    Usage most = Usage.ofTokens(Long.MAX_VALUE, 0, 0);
    assertThat(most.plus(most).inputTokens()).hasValue(Long.MAX_VALUE);
  }

  @Test
  void countsOnFromAnEarlierUsage() {
    assertThat(SOME.plus(SOME).since(SOME)).isEqualTo(SOME);
    assertThat(SOME.since(Usage.UNKNOWN)).isEqualTo(SOME);
    // It began anew.
    assertThat(SOME.since(SOME.plus(SOME))).isEqualTo(SOME);
  }

  @Test
  void aCostHasNoMoreDigitsThanItNeeds() {
    assertThat(
            Usage.UNKNOWN.withCost(Optional.of(new BigDecimal("0.024419999999999997"))).costUsd())
        .contains(new BigDecimal("0.02442"));
    assertThat(Usage.UNKNOWN.withCost(Optional.of(new BigDecimal("1E+2"))).costUsd())
        .contains(new BigDecimal("100"));
  }

  @Test
  void nothingIsNegative() {
    assertThatThrownBy(() -> Usage.ofTokens(-1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Usage.UNKNOWN.withCost(Optional.of(new BigDecimal("-1"))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
