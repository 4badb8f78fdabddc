package dev.agentgate.execution.local;

import dev.agentgate.linux.KernelFacts;
import dev.agentgate.linux.ProcessIdentity;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.RunId;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A process that this service started. The kernel reports how it ends. */
final class ChildProcess implements SupervisedProcess {
  private final RunId run;
  private final Process process;
  private final ProcessIdentity identity;
  private final Clock clock;

  ChildProcess(RunId run, Process process, ProcessIdentity identity, Clock clock) {
    this.run = run;
    this.process = process;
    this.identity = identity;
    this.clock = clock;
  }

  @Override
  public RunId run() {
    return run;
  }

  @Override
  public ProcessIdentity identity() {
    return identity;
  }

  @Override
  public Duration age() {
    return KernelFacts.age(identity.startTicks());
  }

  @Override
  public Optional<ProcessEnd> awaitEnd(Duration timeout) throws InterruptedException {
    if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      return Optional.empty();
    }
    // The script passes on the agent's status. If a signal ended it, Java also reports 128 + n.
    return Optional.of(
        new ProcessEnd(Optional.of(new ExitStatus(process.exitValue())), clock.instant()));
  }
}
