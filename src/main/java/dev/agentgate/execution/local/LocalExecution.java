package dev.agentgate.execution.local;

import dev.agentgate.agent.AgentReport;
import dev.agentgate.agent.AgentVerdict;
import dev.agentgate.execution.CannotTellException;
import dev.agentgate.execution.Execution;
import dev.agentgate.execution.ExecutionHandle;
import dev.agentgate.execution.local.SupervisedProcess.ProcessEnd;
import dev.agentgate.linux.CannotLookException;
import dev.agentgate.linux.OutOfMemoryKills;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.RunOutcome;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/** A run whose agent is a process of this machine. */
final class LocalExecution implements Execution {
  private static final Logger LOG = Logger.getLogger(LocalExecution.class);
  private static final OutOfMemoryKills OUT_OF_MEMORY_KILLS = new OutOfMemoryKills();
  private static final int SIGKILL = 9;

  /** How often the output of an agent is read. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** The run script's exit code if it cannot record its start. No agent is started then. */
  private static final int NOT_RECORDED = 125;

  /**
   * The run script's exit code if the lease of this instance was over. No agent is started then.
   */
  private static final int TOO_LATE = 124;

  private final LinuxProcessManager processes;
  private final SupervisedProcess process;
  private final Duration before;
  private final RunDirectory directory;
  private final AgentOutput output;
  private final Optional<String> baseCommit;
  private final Clock clock;
  private final long outOfMemoryKillsBefore = OUT_OF_MEMORY_KILLS.countBefore();

  /**
   * @param before the age of the run when its process was started
   */
  LocalExecution(
      LinuxProcessManager processes,
      SupervisedProcess process,
      Duration before,
      RunDirectory directory,
      AgentOutput output,
      Optional<String> baseCommit,
      Clock clock) {
    this.processes = processes;
    this.process = process;
    this.before = before;
    this.directory = directory;
    this.output = output;
    this.baseCommit = baseCommit;
    this.clock = clock;
  }

  @Override
  public ExecutionHandle handle() {
    long pid = process.identity().pid();
    return pid == 0
        ? new ExecutionHandle("no process", OptionalLong.empty())
        : new ExecutionHandle("pid " + pid, OptionalLong.of(pid));
  }

  @Override
  public Duration age() {
    try {
      return before.plus(process.age());
    } catch (CannotLookException e) {
      throw new CannotTellException(e);
    }
  }

  @Override
  public Duration silence() {
    return output.silence();
  }

  @Override
  public Optional<String> baseCommit() {
    return baseCommit;
  }

  @Override
  public AgentReport report() {
    return output.report();
  }

  @Override
  public AgentVerdict verdict() {
    output.readToTheEnd();
    return output.verdict();
  }

  @Override
  public Optional<RunOutcome> awaitEnd(Duration atMost) throws InterruptedException {
    try {
      Optional<ProcessEnd> end = awaitEndReading(atMost);
      if (end.isEmpty()) {
        resumeLeader();
      }
      return end.map(this::outcome);
    } catch (CannotLookException e) {
      throw new CannotTellException(e);
    }
  }

  private Optional<ProcessEnd> awaitEndReading(Duration atMost) throws InterruptedException {
    if (!output.isUnderstood()) {
      return process.awaitEnd(atMost);
    }
    long began = System.nanoTime();
    while (true) {
      Duration left = atMost.minusNanos(System.nanoTime() - began);
      boolean last = left.compareTo(LOOK) <= 0;
      Optional<ProcessEnd> end = process.awaitEnd(last ? left : LOOK);
      if (end.isPresent()) {
        return end;
      }
      output.read(LOOK);
      if (last) {
        return Optional.empty();
      }
    }
  }

  /** Resumes a stopped leader, because it could not report the end of the agent. */
  private void resumeLeader() {
    if (!processes.isStopping(process.run()) && processes.resumeLeader(process.run())) {
      LOG.warnf("The leader of %s was stopped by a signal; it was resumed", process.run());
    }
  }

  private RunOutcome outcome(ProcessEnd end) {
    Instant now = clock.instant();
    if (endedBeforeItsStart(end, NOT_RECORDED)) {
      return RunOutcome.notStarted(
          now, FailureReason.DISK_FULL, "The start of the run could not be written to the disk");
    }
    if (endedBeforeItsStart(end, TOO_LATE)) {
      return new RunOutcome.Interrupted(
          now, "The lease of this instance ended before the agent could start", Optional.empty());
    }
    Instant at = end.at().isAfter(now) ? now : end.at();
    if (RunScript.wasEndedBySwitch(directory)) {
      return new RunOutcome.Failed(
          at,
          FailureReason.LOST,
          "The run was killed because its instance did not renew its lease in time",
          Optional.empty());
    }
    return end.exit()
        .map(exit -> RunOutcome.exited(at, exit, isOutOfMemory(exit)))
        .orElseGet(() -> RunOutcome.vanished(at));
  }

  private boolean endedBeforeItsStart(ProcessEnd end, int code) {
    return end.exit().filter(exit -> exit.code() == code).isPresent()
        && Files.notExists(directory.processFile());
  }

  private boolean isOutOfMemory(ExitStatus exit) {
    return exit.signal().orElse(0) == SIGKILL
        && OUT_OF_MEMORY_KILLS.count() > outOfMemoryKillsBefore;
  }
}
