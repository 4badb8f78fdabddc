package dev.agentgate.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.agentgate.queue.RunView;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunState;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A run as clients see it: flat, and without what does not apply. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    name = "Run",
    requiredProperties = {"id", "workOrderId", "attempt", "status", "startedAt", "logBytes"})
public record RunResponse(
    @Schema(examples = "run_01K9Z4J1B3V7S5T8Q2N6M4B1CD") String id,
    @Schema(examples = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD") String workOrderId,
    @Schema(description = "1 for the order's first") int attempt,
    @Schema(enumeration = {"preparing", "running", "completed", "failed", "cancelled"})
        String status,
    @Schema(description = "Of the process that leads the run") @Nullable Long pid,
    Instant startedAt,
    @Nullable Instant endedAt,
    @Schema(description = "As a shell's `$?`: 128 + n where signal n ended the agent")
        @Nullable Integer exitCode,
    @Schema(description = "The number of the signal that ended the agent") @Nullable Integer signal,
    @Schema(description = "As in the work order") @Nullable String failureReason,
    @Schema(description = "Why it failed, for people") @Nullable String error,
    @Schema(description = "How many bytes its process wrote") long logBytes) {

  static RunResponse of(RunView view) {
    Run run = view.run();
    Optional<RunOutcome> outcome =
        run.state() instanceof RunState.Ended ended
            ? Optional.of(ended.outcome())
            : Optional.empty();
    Optional<ExitStatus> exit = outcome.flatMap(RunOutcome::exit);
    return new RunResponse(
        run.id().value(),
        run.workOrderId().value(),
        run.attempt(),
        run.state().wireName(),
        run.pid().isPresent() ? run.pid().getAsLong() : null,
        run.startedAt(),
        outcome.map(RunOutcome::at).orElse(null),
        exit.map(ExitStatus::code).orElse(null),
        exit.flatMap(RunResponse::signalOf).orElse(null),
        outcome.flatMap(RunOutcome::failureReason).map(FailureReason::wireName).orElse(null),
        outcome.flatMap(RunOutcome::message).orElse(null),
        view.logBytes());
  }

  private static Optional<Integer> signalOf(ExitStatus exit) {
    return exit.signal().stream().boxed().findFirst();
  }
}
