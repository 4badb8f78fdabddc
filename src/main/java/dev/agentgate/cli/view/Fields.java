package dev.agentgate.cli.view;

import dev.agentgate.cli.console.Style;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Names and values, one pair a line, the values below each other. */
final class Fields {
  private static final String INDENT = "  ";

  private final Map<String, String> values = new LinkedHashMap<>();

  /** Adds a value unless it is empty. */
  Fields add(String name, String value) {
    if (!value.isEmpty()) {
      values.put(name, value);
    }
    return this;
  }

  Fields add(String name, Optional<String> value) {
    return add(name, value.orElse(""));
  }

  void print(PrintStream out, Style style) {
    int width = values.keySet().stream().mapToInt(String::length).max().orElse(0);
    values.forEach((name, value) ->
        out.println(
            INDENT
                + style.dim(name)
                + " ".repeat(width - name.length() + 2)
                + value.replace("\n", "\n" + INDENT + " ".repeat(width + 2))));
  }
}
