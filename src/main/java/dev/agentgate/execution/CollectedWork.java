package dev.agentgate.execution;

import dev.agentgate.workorder.ChangeSummary;
import java.util.Optional;

/**
 * What a run left in its repository.
 *
 * @param baseCommit the commit that was checked out
 * @param headCommit the commit of the workspace's HEAD; empty if it cannot be determined
 * @param changes empty if they could not be collected; the reason is in the service's log
 */
public record CollectedWork(
    String baseCommit, Optional<String> headCommit, Optional<ChangeSummary> changes) {}
