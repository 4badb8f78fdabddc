package dev.agentgate.workorder;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.f4b6a3.ulid.Ulid;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UlidSequenceTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  private final UlidSequence sequence = new UlidSequence();

  @Test
  void anIdIsOfItsTime() {
    assertThat(sequence.next(NOW).getInstant()).isEqualTo(NOW);
    assertThat(sequence.next(NOW.plusSeconds(1)).getInstant()).isEqualTo(NOW.plusSeconds(1));
  }

  @Test
  void idsSortInTheOrderOfTheirMakingWhateverTheClockDoes() {
    List<Ulid> made = new ArrayList<>();
    for (int seconds : new int[] {0, 0, 5, -7200, -7200, 3, 5, 6, -1}) {
      made.add(sequence.next(NOW.plusSeconds(seconds)));
    }
    assertThat(made).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void idsSortBehindThoseOfAnEarlierProcess() {
    Ulid earlier = new UlidSequence().next(NOW.plusSeconds(7200));
    sequence.follow(earlier);
    sequence.follow(new UlidSequence().next(NOW));
    assertThat(sequence.next(NOW)).isGreaterThan(earlier);
  }

  @Test
  void anIdOfNoPossibleTimeIsNotFollowed() {
    sequence.follow(Ulid.from("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
    assertThat(sequence.next(NOW).getInstant()).isEqualTo(NOW);
  }

  @Test
  void noTwoThreadsGetTheSame() {
    List<CompletableFuture<Ulid>> all =
        IntStream.range(0, 2000)
            .mapToObj(_ -> CompletableFuture.supplyAsync(() -> sequence.next(NOW)))
            .toList();
    assertThat(all.stream().map(CompletableFuture::join)).doesNotHaveDuplicates();
  }
}
