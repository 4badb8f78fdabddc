package dev.agentgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyBudgetTest {
  private static final long MIB = 1024 * 1024;

  @Test
  void bodiesInFlightTakeASixteenthOfTheHeapAtMost() {
    BodyBudget budget = new BodyBudget(512 * MIB, 4 * MIB);
    for (int taken = 0; taken < 8; taken++) {
      assertThat(budget.take(4 * MIB)).isTrue();
    }

    assertThat(budget.take(1)).isFalse();
    budget.giveBack(4 * MIB);
    assertThat(budget.take(4 * MIB)).isTrue();
  }

  @Test
  void aSmallHeapStillTakesOneBodyOfTheLargestSize() {
    BodyBudget budget = new BodyBudget(16 * MIB, 4 * MIB);

    assertThat(budget.take(4 * MIB)).isTrue();
    assertThat(budget.take(1)).isFalse();
  }
}
