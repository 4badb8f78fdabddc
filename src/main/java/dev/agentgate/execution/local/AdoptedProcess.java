package dev.agentgate.execution.local;

import dev.agentgate.linux.KernelFacts;
import dev.agentgate.linux.ProcessIdentity;
import dev.agentgate.linux.ProcessTree;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A process that an earlier process of the service started. It is not a child of this service, so
 * its end has to be polled for, and its exit status is what the run script wrote.
 */
final class AdoptedProcess implements SupervisedProcess {
  private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** No process that can be adopted started with the boot. */
  private static final long UNKNOWN_START = 0;

  private final RunId run;
  private final ProcessIdentity identity;
  private final RunDirectory directory;
  private final Clock clock;
  private final String bootId;
  private volatile boolean seenAlive;

  AdoptedProcess(
      RunId run, ProcessIdentity identity, RunDirectory directory, Clock clock, String bootId) {
    this.run = run;
    this.identity = identity;
    this.directory = directory;
    this.clock = clock;
    this.bootId = bootId;
  }

  /** Returns the identity of a leader that has ended; no process has it. */
  static ProcessIdentity ended(Optional<RunScript.Leader> noted) {
    return noted
        .map(leader -> new ProcessIdentity(leader.pid(), UNKNOWN_START, leader.bootId()))
        .orElse(new ProcessIdentity(0, UNKNOWN_START, ""));
  }

  /** Whether this process is alive; another process with the same pid does not count. */
  static boolean lives(ProcessIdentity identity, String bootId) {
    return identity.bootId().equals(bootId)
        && ProcessTree.read(identity.pid())
            .filter(entry -> entry.startTicks() == identity.startTicks() && entry.lives())
            .isPresent();
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
    return identity.startTicks() == UNKNOWN_START
        ? Duration.ZERO
        : KernelFacts.age(identity.startTicks());
  }

  @Override
  public Optional<ProcessEnd> awaitEnd(Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    while (lives(identity, bootId)) {
      seenAlive = true;
      long left = end - System.nanoTime();
      if (left <= 0) {
        return Optional.empty();
      }
      TimeUnit.NANOSECONDS.sleep(Math.min(left, LOOK_EVERY_NANOS));
    }
    Optional<ExitStatus> exit = RunScript.readExit(directory);
    return Optional.of(
        new ProcessEnd(exit, exit.isPresent() && !seenAlive ? noted() : clock.instant()));
  }

  /**
   * Returns when the exit file was written, for a process that ended while no service was running.
   * The time comes from the wall clock.
   */
  private Instant noted() {
    try {
      return Files.getLastModifiedTime(directory.exitFile()).toInstant();
    } catch (IOException e) {
      return clock.instant();
    }
  }
}
