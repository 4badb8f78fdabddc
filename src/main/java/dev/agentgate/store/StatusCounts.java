package dev.agentgate.store;

import dev.agentgate.workorder.WorkOrderStatus;

/** The number of orders in each status, at one moment. */
public record StatusCounts(long queued, long running, long completed, long failed, long cancelled) {

  public long of(WorkOrderStatus status) {
    return switch (status) {
      case QUEUED -> queued;
      case RUNNING -> running;
      case COMPLETED -> completed;
      case FAILED -> failed;
      case CANCELLED -> cancelled;
    };
  }

  public long total() {
    return queued + running + completed + failed + cancelled;
  }
}
