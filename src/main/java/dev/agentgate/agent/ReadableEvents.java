package dev.agentgate.agent;

import com.fasterxml.jackson.databind.JsonNode;

/** Renders the events of one agent's output. */
@FunctionalInterface
interface ReadableEvents {
  /** Renders an event; one that tells a reader nothing becomes nothing. */
  void render(JsonNode event, ReadableText text);

  /** What follows {@code before}, if there is anything. */
  static String with(String before, String between, String more) {
    return more.isEmpty() ? before : before + between + more;
  }
}
