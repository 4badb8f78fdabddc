package dev.agentgate.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workspace.WorkspaceRetention.Keep;
import dev.agentgate.workspace.WorkspaceRetention.Kept;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkspaceRetentionTest {
  private static final Kept OLDEST = kept('1', 10, 100);
  private static final Kept MIDDLE = kept('2', 20, 30);
  private static final Kept NEWEST = kept('3', 30, 50);

  @ParameterizedTest
  @CsvSource({
    "FAILED, true, false",
    "FAILED, false, true",
    "ALWAYS, true, true",
    "ALWAYS, false, true",
    "NEVER, true, false",
    "NEVER, false, false"
  })
  void keepsWhatItIsToldToKeep(Keep keep, boolean completed, boolean kept) {
    assertThat(new WorkspaceRetention(keep, OptionalLong.empty()).keeps(completed)).isEqualTo(kept);
  }

  @Test
  void withoutALimitNothingIsTooMuch() {
    WorkspaceRetention retention = new WorkspaceRetention(Keep.ALWAYS, OptionalLong.empty());

    assertThat(retention.surplus(List.of(OLDEST, MIDDLE, NEWEST))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"180, 0", "179, 1", "80, 1", "79, 2", "50, 2", "49, 3", "0, 3"})
  void theOldestGoUntilTheOthersFit(long limit, int gone) {
    WorkspaceRetention retention = new WorkspaceRetention(Keep.ALWAYS, OptionalLong.of(limit));

    assertThat(retention.surplus(List.of(NEWEST, OLDEST, MIDDLE)))
        .isEqualTo(List.of(OLDEST.run(), MIDDLE.run(), NEWEST.run()).subList(0, gone));
  }

  private static Kept kept(char name, long finishedAt, long bytes) {
    return new Kept(
        new RunId("run_01K9D3V5TRC4QNE2Y7X0AWZ8G" + name),
        Instant.ofEpochSecond(finishedAt),
        bytes);
  }
}
