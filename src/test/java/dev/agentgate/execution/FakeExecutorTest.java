package dev.agentgate.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.execution.NotStartedException.Why;
import dev.agentgate.workorder.RunId;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FakeExecutorTest extends ExecutorContract {
  private final FakeExecutor executor = new FakeExecutor();

  @Override
  protected Executor executor() {
    return executor;
  }

  @Override
  protected Executor restarted() {
    return executor.restarted();
  }

  @Override
  protected RunId newRun() {
    return RunId.next(Instant.now());
  }

  @Override
  protected void make(Trouble trouble) {
    switch (trouble) {
      case CHECKOUT_BLOCKS -> executor.blockCheckouts();
      case CHECKOUT_FAILS -> executor.refuse(Why.WORKSPACE, "no such branch");
      case COMMAND_FAILS -> executor.refuse(Why.COMMAND, "not found");
    }
  }

  @Override
  protected void tell(RunId run, Act act) {
    switch (act) {
      case Act.Write() -> executor.write(run);
      case Act.Exit(int code) -> executor.exit(run, code);
      case Act.End(int signal) -> executor.exit(run, 128 + signal);
    }
  }

  @Override
  protected void vanish(RunId run) {
    executor.vanish(run);
  }

  @Test
  void whatCannotBeKilledIsNamed() throws Exception {
    RunId run = newRun();
    start(run);
    executor.keepAlive(2);

    StopReport report = executor.stop(run, Duration.ZERO);

    assertThat(report.alive()).hasSize(2).doesNotHaveDuplicates();
    assertThat(executor.findRuns()).containsExactly(run);
  }

  @Test
  void whatCannotBeSeenProvesNothing() throws Exception {
    Execution execution = start(newRun());
    executor.blind(true);
    assertThatThrownBy(() -> execution.awaitEnd(Duration.ZERO))
        .isInstanceOf(CannotTellException.class);
  }
}
