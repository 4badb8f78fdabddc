package dev.agentgate.execution;

import dev.agentgate.agent.AgentSession;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A run to start, and its order.
 *
 * @param session the agent's session to continue, if the order continues an earlier run
 * @param wanted whether the run is still wanted; if not, it is not started. Asked once, when {@link
 *     Executor#stop} can already cut the start short. So a caller that first makes this return
 *     false and then stops the run can be sure that no agent is alive, at whatever moment it does
 *     so.
 * @param prepared called when the workspace is ready or cannot be prepared
 */
public record Assignment(
    WorkOrder order,
    RunId run,
    Optional<AgentSession> session,
    BooleanSupplier wanted,
    Runnable prepared) {}
