package dev.agentgate.agent;

import java.util.Optional;

/**
 * The position of a JSON object in a line of a log. There may be terminal codes and spaces around
 * the object, and other text before it: a program that writes to the same log may not have ended
 * its line.
 *
 * @param from the index of the opening brace
 * @param to the index after the closing brace
 * @param textBefore whether there is other text before the object
 */
record JsonSpan(int from, int to, boolean textBefore) {
  private static final byte ESCAPE = 0x1b;

  /** The length of {@code {"type":""}}. Nothing shorter has a type. */
  private static final int SHORTEST = 11;

  /** Finds the object that the line may hold. What is between the braces is not checked. */
  static Optional<JsonSpan> find(byte[] line, int from, int to) {
    int end = to;
    while (end > from && line[end - 1] != '}') {
      end--;
    }
    if (end - from < SHORTEST || !isBlank(line, end, to)) {
      return Optional.empty();
    }
    for (int start = from; start + 1 < end; start++) {
      if (line[start] == '{' && line[start + 1] == '"') {
        return Optional.of(new JsonSpan(start, end, !isBlank(line, from, start)));
      }
    }
    return Optional.empty();
  }

  /** Whether there are only spaces and terminal codes: {@code ESC [ … letter}. */
  static boolean isBlank(byte[] line, int from, int to) {
    int at = from;
    while (at < to) {
      if (line[at] == ESCAPE && at + 1 < to && line[at + 1] == '[') {
        at += 2;
        while (at < to && line[at] < '@') {
          at++;
        }
      } else if (line[at] < 0 || line[at] > ' ') {
        return false;
      }
      at++;
    }
    return true;
  }
}
