package dev.agentgate.queue;

/** The keys of the mapped diagnostic context, so that every log line uses the same words. */
public final class LogKeys {
  public static final String WORK_ORDER_ID = "workOrderId";
  public static final String RUN_ID = "runId";
  public static final String PID = "pid";
  public static final String REQUEST_ID = "requestId";

  private LogKeys() {}
}
