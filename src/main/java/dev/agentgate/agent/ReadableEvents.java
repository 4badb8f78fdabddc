package dev.agentgate.agent;

import com.fasterxml.jackson.databind.JsonNode;

/** Renders the events of one agent's output. */
@FunctionalInterface
interface ReadableEvents {
  /** Renders an event. An event that tells a reader nothing is left out. */
  void render(JsonNode event, ReadableText text);

  /** Returns {@code before} with {@code more} appended unless that is empty. */
  static String with(String before, String between, String more) {
    return more.isEmpty() ? before : before + between + more;
  }
}
