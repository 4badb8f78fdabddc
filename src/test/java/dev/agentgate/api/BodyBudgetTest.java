package dev.agentgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyBudgetTest {
  private static final long MIB = 1024 * 1024;

  @Test
  void largeBodiesInFlightTakeThreeQuartersOfASixteenthOfTheHeapAtMost() {
    BodyBudget budget = new BodyBudget(512 * MIB, 4 * MIB);
    for (int taken = 0; taken < 6; taken++) {
      assertThat(budget.take(4 * MIB)).isTrue();
    }

    assertThat(budget.take(MIB)).isFalse();
    budget.giveBack(4 * MIB);
    assertThat(budget.take(4 * MIB)).isTrue();
  }

  @Test
  void largeBodiesLeaveRoomForSmallOnes() {
    BodyBudget budget = new BodyBudget(512 * MIB, 4 * MIB);
    for (int taken = 0; taken < 6; taken++) {
      assertThat(budget.take(4 * MIB)).isTrue();
    }

    for (int taken = 0; taken < 8 * 16; taken++) {
      assertThat(budget.take(MIB / 16)).isTrue();
    }
    assertThat(budget.take(1)).isFalse();
  }

  @Test
  void aSmallHeapStillTakesOneBodyOfTheLargestSizeAndSmallOnes() {
    BodyBudget budget = new BodyBudget(16 * MIB, 4 * MIB);

    assertThat(budget.take(4 * MIB)).isTrue();
    assertThat(budget.take(4 * MIB)).isFalse();
    assertThat(budget.take(200)).isTrue();
  }
}
