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

  /** Whether an order leaves this status only if a user asks for a new run. */
  public boolean isTerminal() {
    return terminal;
  }

  /** Returns the name used in API responses, files and metrics: lower case. */
  public String wireName() {
    return wireName;
  }

  /** Parses a {@link #wireName()}; returns empty if there is no such status. */
  public static Optional<WorkOrderStatus> parse(String text) {
    for (WorkOrderStatus status : values()) {
      if (status.wireName.equals(text)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }
}
