package dev.agentgate.queue;

import dev.agentgate.workorder.AgentGateException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** An order that the service refuses because of its values, whatever the state of the service. */
public final class InvalidOrderException extends AgentGateException {
  private static final long serialVersionUID = 1L;

  private final transient Map<String, String> faults;

  /**
   * @param faults at least one
   */
  InvalidOrderException(Map<String, String> faults) {
    super(Kind.INVALID, faults.values().iterator().next());
    this.faults = Collections.unmodifiableMap(new LinkedHashMap<>(faults));
  }

  /** Returns a sentence for each invalid value, keyed by the name of its field in the API. */
  public Map<String, String> faults() {
    return faults;
  }
}
