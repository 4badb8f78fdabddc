package dev.agentgate.workorder;

import java.util.Locale;
import java.util.Optional;

/** The name of a state, as clients see it and as the store counts it. */
public enum WorkOrderStatus {
  QUEUED(false),
  RUNNING(false),
  COMPLETED(true),
  FAILED(true),
  CANCELLED(true);

  private final boolean terminal;
  private final String wireName = name().toLowerCase(Locale.ROOT);

  WorkOrderStatus(boolean terminal) {
    this.terminal = terminal;
  }

  /** Whether only an explicit new run leaves this status. */
  public boolean isTerminal() {
    return terminal;
  }

  /** The name in answers, files and metrics: lower case. */
  public String wireName() {
    return wireName;
  }

  /** Reads a {@link #wireName()}; empty if there is no such status. */
  public static Optional<WorkOrderStatus> parse(String text) {
    for (WorkOrderStatus status : values()) {
      if (status.wireName.equals(text)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }
}
