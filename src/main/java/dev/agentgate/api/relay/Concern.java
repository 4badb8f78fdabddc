package dev.agentgate.api.relay;

import dev.agentgate.api.access.Endpoint;
import java.util.Optional;

/** What a call needs that only one instance of the service has. */
enum Concern {
  /** The processes of a running order. Without them nothing can be proven dead. */
  PROCESSES,
  /** The kept files of a run. */
  FILES,
  /** The workspace of a run. */
  WORKSPACE,
  /** What is known of an order or a run without being stored: its last activity and its log. */
  DETAILS;

  /** Returns what a call needs; empty if any instance can answer it. */
  static Optional<Concern> of(Endpoint endpoint) {
    return switch (endpoint) {
      case CANCEL, KILL, DELETE, PURGE -> Optional.of(PROCESSES);
      case GET_LOG, STREAM_LOG, GET_CHANGES, GET_PATCH -> Optional.of(FILES);
      case PUBLISH, REQUEST_RUN -> Optional.of(WORKSPACE);
      case GET, GET_RUN, LIST_RUNS -> Optional.of(DETAILS);
      case SUBMIT,
          SUBMIT_BATCH,
          REQUEST_RUNS,
          CANCEL_MANY,
          LIST,
          PURGE_MANY,
          STREAM_EVENTS,
          LIST_AGENTS,
          LIST_INSTANCES,
          GET_USAGE,
          PAUSE_AGENT,
          RESUME_AGENT,
          QUEUE_HEALTH,
          PAUSE,
          RESUME ->
          Optional.empty();
    };
  }
}
