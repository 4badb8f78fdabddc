package dev.agentgate.execution.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.RunId;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RunMarksTest {
  private final RunId run = RunId.next(Instant.EPOCH);
  private final String mark = RunMarks.of(run);

  @Test
  void markIsAWholeVariable() {
    assertThat(RunMarks.isMarked(mark, mark)).isTrue();
    assertThat(RunMarks.isMarked("A=1\0" + mark + "\0B=2\0", mark)).isTrue();
    assertThat(RunMarks.isMarked("X" + mark + "\0" + mark + "\0", mark)).isTrue();
    assertThat(RunMarks.isMarked("X" + mark + "\0", mark)).isFalse();
    assertThat(RunMarks.isMarked("PROMPT=say " + mark + "\0", mark)).isFalse();
    assertThat(RunMarks.isMarked(mark + "0\0", mark)).isFalse();
    assertThat(RunMarks.isMarked("", mark)).isFalse();
  }

  @Test
  void runAndPromptFileAreReadFromTheEnvironment() {
    assertThat(RunMarks.run("A=1\0" + mark + "\0")).hasValue(run);
    assertThat(RunMarks.run(mark)).hasValue(run);
    assertThat(RunMarks.run("AGENTGATE_RUN_ID=other\0")).isEmpty();
    assertThat(RunMarks.run("A=1\0")).isEmpty();
    assertThat(RunMarks.promptFile("AGENTGATE_PROMPT_FILE=/p\0")).hasValue("/p");
  }
}
