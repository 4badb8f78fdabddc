package dev.agentgate.api.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.ProblemType;
import dev.agentgate.api.stream.AnswerBudget.Room;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class AnswerBudgetTest {
  private static final int MIB = 1024 * 1024;

  private final AnswerBudget budget = new AnswerBudget(64L * MIB);

  private static void assertRefused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.BUSY));
  }

  @Test
  void largeAnswersTakeASixteenthOfTheHeapAtMost() {
    try (Room first = budget.take(3 * MIB)) {
      assertRefused(() -> budget.take(MIB + 1));
      budget.take(MIB).close();
      assertThat(first).isNotNull();
    }
    budget.take(4 * MIB).close();
  }

  @Test
  void anAnswerThatIsLargerThanAllRoomHasItForItself() {
    try (Room all = budget.take(1000L * MIB)) {
      assertRefused(() -> budget.take(1));
      assertThat(all).isNotNull();
    }
    budget.take(1).close();
  }

  @Test
  void anAnswerForWhichThereIsNoRoomIsRefusedBeforeItIsMade() {
    budget.requireRoom(4 * MIB);
    try (Room all = budget.take(4 * MIB)) {
      assertRefused(() -> budget.requireRoom(AnswerBudget.SMALL + 1));
      budget.requireRoom(AnswerBudget.SMALL);
      assertThat(all).isNotNull();
    }
  }

  @Test
  void anAnswerThatHasBegunWaitsForRoom() throws Exception {
    CompletableFuture<Room> next = new CompletableFuture<>();
    try (Room all = budget.take(4 * MIB)) {
      Thread.startVirtualThread(() -> {
        try {
          next.complete(budget.await(MIB));
        } catch (InterruptedException e) {
          next.completeExceptionally(e);
        }
      });
      assertThat(next).isNotDone();
      assertThat(all).isNotNull();
    }
    next.get(2, TimeUnit.MINUTES).close();
  }
}
