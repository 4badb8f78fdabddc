package dev.agentgate.execution;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import java.util.function.BooleanSupplier;

/**
 * What to start, and for whom.
 *
 * @param wanted asked once, when a {@link Executor#stop} of the run would already cut the start
 *     short. False: it is not started. So a caller who first takes his want back and then stops the
 *     run can be sure that no agent lives, whenever he comes.
 * @param prepared told when the workspace is prepared, or cannot be
 */
public record Assignment(WorkOrder order, RunId run, BooleanSupplier wanted, Runnable prepared) {}
