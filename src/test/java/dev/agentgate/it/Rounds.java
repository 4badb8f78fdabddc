package dev.agentgate.it;

/** How often a long test repeats: a part by default, all of it when it is asked for. */
final class Rounds {
  private Rounds() {}

  /**
   * @param usual how often in every build
   * @param full how often with {@code -Dagentgate.it.rounds=full}
   */
  static int of(int usual, int full) {
    return "full".equals(System.getProperty("agentgate.it.rounds")) ? full : usual;
  }
}
