package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import java.util.List;

/** Labels as people write them: {@code key:value}, or with an equals sign. */
final class Labels {
  private Labels() {}

  /** The form that the API has. */
  static String colon(String label) {
    int end = end(label);
    return label.substring(0, end) + ":" + label.substring(end + 1);
  }

  static void addTo(ObjectNode labels, List<String> texts) {
    for (String label : texts) {
      int end = end(label);
      labels.put(label.substring(0, end), label.substring(end + 1));
    }
  }

  private static int end(String label) {
    for (int i = 1; i < label.length(); i++) {
      if (label.charAt(i) == ':' || label.charAt(i) == '=') {
        return i;
      }
    }
    throw new CommandFailed(
        ExitCode.USAGE, "--label '" + label + "' must have a key and a value, as team:checkout.");
  }
}
