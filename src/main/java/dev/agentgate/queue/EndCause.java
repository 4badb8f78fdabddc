package dev.agentgate.queue;

/** Why a run is made to end, the weaker before the stronger: a stronger one overtakes. */
enum EndCause {
  /** The service stops. */
  INTERRUPT,
  /** The agent wrote nothing for too long. */
  IDLE_TIMEOUT,
  /** The attempt took too long. */
  TIMEOUT,
  /** A user cancelled the order. */
  CANCEL,
  /** A user killed the order. */
  KILL
}
