package dev.agentgate.queue;

import java.time.Duration;

/** Compares how long several things may take. */
final class Durations {
  private Durations() {}

  static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
