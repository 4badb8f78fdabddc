package dev.agentgate.queue;

import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.RetryPolicy;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the end of a run means for the run and for its order. Pure. */
sealed interface Verdict {

  /** What becomes of the run. */
  RunState.Ended runState(Instant at, Optional<ExitStatus> exit);

  /** What becomes of the order, which is running. */
  WorkOrder applyTo(WorkOrder order, Instant at, Optional<ExitStatus> exit);

  /**
   * Decides: what a user or a deadline asked for counts before what the process made of it.
   *
   * @param cause why the run was made to end; null: it was not
   */
  static Verdict of(@Nullable EndCause cause, RunEnd end, RunLimits limits) {
    if (cause != null) {
      return switch (cause) {
        case CANCEL -> new Cancelled();
        case KILL -> new Failed(FailureReason.KILLED, "Force killed by user");
        case TIMEOUT -> new Failed(FailureReason.TIMEOUT, "Execution timed out");
        case IDLE_TIMEOUT ->
            new Failed(
                FailureReason.IDLE_TIMEOUT,
                "No output for " + limits.idleTimeout().orElse(Duration.ZERO).toMillis() + " ms");
        // An agent that was told to stop may well exit with 0: that is not the end of its work.
        case INTERRUPT -> new Interrupted();
      };
    }
    return switch (end) {
      case RunEnd.Exited exited -> ofExit(exited);
      case RunEnd.Vanished _ ->
          new Failed(FailureReason.LOST, "The agent's process vanished without an exit status");
      case RunEnd.NotStarted notStarted -> new Failed(notStarted.reason(), notStarted.error());
      case RunEnd.NoRoom noRoom -> new Postponed(noRoom.error());
      case RunEnd.Abandoned _ -> new Interrupted();
    };
  }

  private static Verdict ofExit(RunEnd.Exited exited) {
    ExitStatus exit = exited.exit();
    if (exit.isSuccess()) {
      return new Completed();
    }
    if (exit.signal().isPresent()) {
      return exited.outOfMemory()
          ? new Failed(FailureReason.OOM_KILLED, "The kernel ended the agent: out of memory")
          : new Failed(
              FailureReason.SIGNAL, "The agent was ended by signal " + exit.signal().getAsInt());
    }
    return new Failed(FailureReason.EXIT_CODE, "The agent exited with code " + exit.code());
  }

  /** The agent succeeded. */
  record Completed() implements Verdict {
    @Override
    public RunState.Ended runState(Instant at, Optional<ExitStatus> exit) {
      return new RunState.Completed(at, exit);
    }

    @Override
    public WorkOrder applyTo(WorkOrder order, Instant at, Optional<ExitStatus> exit) {
      return order.complete(at);
    }
  }

  /** A user cancelled the order. */
  record Cancelled() implements Verdict {
    @Override
    public RunState.Ended runState(Instant at, Optional<ExitStatus> exit) {
      return new RunState.Cancelled(at, exit);
    }

    @Override
    public WorkOrder applyTo(WorkOrder order, Instant at, Optional<ExitStatus> exit) {
      return order.cancel(at);
    }
  }

  /** The attempt failed; the order does, or is tried again. */
  record Failed(FailureReason reason, String error) implements Verdict {
    @Override
    public RunState.Ended runState(Instant at, Optional<ExitStatus> exit) {
      return new RunState.Failed(at, reason, error, exit);
    }

    @Override
    public WorkOrder applyTo(WorkOrder order, Instant at, Optional<ExitStatus> exit) {
      return RetryPolicy.delayAfter(reason, order.spec().limits(), order.attempts())
          .map(delay -> order.retry(at.plus(delay), at))
          .orElseGet(() -> order.fail(reason, error, exit, at));
    }
  }

  /** The service took the attempt back; the order waits again at its old place. */
  record Interrupted() implements Verdict {
    @Override
    public RunState.Ended runState(Instant at, Optional<ExitStatus> exit) {
      return new RunState.Failed(
          at, FailureReason.INTERRUPTED, "The service stopped before the agent had ended", exit);
    }

    @Override
    public WorkOrder applyTo(WorkOrder order, Instant at, Optional<ExitStatus> exit) {
      return order.interrupt(at);
    }
  }

  /** The machine had no room to start the agent; the order waits again at its old place. */
  record Postponed(String error) implements Verdict {
    @Override
    public RunState.Ended runState(Instant at, Optional<ExitStatus> exit) {
      return new RunState.Failed(at, FailureReason.INTERRUPTED, error, exit);
    }

    @Override
    public WorkOrder applyTo(WorkOrder order, Instant at, Optional<ExitStatus> exit) {
      return order.interrupt(at);
    }
  }
}
