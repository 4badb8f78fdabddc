package dev.agentgate.agent;

import java.util.Optional;

/**
 * Where in a line of a log its JSON object is. A terminal's codes and spaces may be around it, and
 * other text before it: a program that wrote to the same log may have left its line open.
 *
 * @param from the opening brace
 * @param to after the closing brace
 * @param textBefore whether there is other text before it
 */
record JsonSpan(int from, int to, boolean textBefore) {
  private static final byte ESCAPE = 0x1b;

  /** {@code {"type":""}}: nothing shorter has a type. */
  private static final int SHORTEST = 11;

  /** The object that the line may hold; nothing is said about what is between the braces. */
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

  /** Whether there are only spaces and a terminal's codes: {@code ESC [ … letter}. */
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
