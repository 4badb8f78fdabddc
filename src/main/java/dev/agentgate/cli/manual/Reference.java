package dev.agentgate.cli.manual;

import dev.agentgate.cli.console.ExitCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The reference of all commands, as Markdown, and what every document of them is made of. */
public final class Reference {
  /** The variables that the client reads, and what they mean. */
  static final Map<String, String> VARIABLES = new LinkedHashMap<>();

  static {
    VARIABLES.put("AGENTGATE_URL", "The server's address, as --url.");
    VARIABLES.put("AGENTGATE_API_KEY", "The key.");
    VARIABLES.put("AGENTGATE_API_KEY_FILE", "A file with the key, as --key-file.");
    VARIABLES.put("AGENTGATE_PROFILE", "The profile, as --profile.");
    VARIABLES.put("NO_COLOR", "If it is set, there are no colours.");
    VARIABLES.put("COLUMNS", "The width of the terminal, if it cannot tell.");
  }

  private static final int LINE = 120;

  private Reference() {}

  /** The Markdown of all commands. */
  public static String markdown(CommandLine root) {
    StringBuilder text = new StringBuilder();
    text.append("## Options of all commands\n\n").append(table(root.getCommandSpec().options()));
    text.append("\n## Variables\n\n| | |\n| --- | --- |\n");
    VARIABLES.forEach(
        (name, meaning) -> text.append("| `" + name + "` | " + cell(meaning) + " |\n"));
    text.append("\n## Exit codes\n\n| | |\n| --- | --- |\n");
    for (ExitCode code : ExitCode.values()) {
      text.append("| " + code.number() + " | " + code.meaning() + " |\n");
    }
    text.append("\n## Commands\n");
    for (CommandSpec command : commands(root)) {
      text.append("\n### " + command.name() + "\n\n    ").append(synopsis(command)).append("\n\n");
      text.append(wrapped(String.join(" ", command.usageMessage().description()))).append('\n');
      String rows = rows(command);
      if (!rows.isEmpty()) {
        text.append("\n| | |\n| --- | --- |\n").append(rows);
      }
      List<String> examples = examples(command);
      if (!examples.isEmpty()) {
        text.append("\n```sh\n").append(String.join("\n", examples)).append("\n```\n");
      }
    }
    return text.toString();
  }

  private static String rows(CommandSpec command) {
    StringBuilder rows = new StringBuilder();
    for (PositionalParamSpec parameter : positional(command)) {
      rows.append("| `" + parameter.paramLabel() + "` | ")
          .append(cell(String.join(" ", parameter.description())))
          .append(" |\n");
    }
    for (OptionSpec option : options(command)) {
      rows.append(row(option));
    }
    return rows.toString();
  }

  private static String table(List<OptionSpec> options) {
    StringBuilder table = new StringBuilder("| | |\n| --- | --- |\n");
    options.forEach(option -> table.append(row(option)));
    return table.toString();
  }

  private static String row(OptionSpec option) {
    return "| `" + names(option) + "` | " + cell(String.join(" ", option.description())) + " |\n";
  }

  private static String wrapped(String text) {
    StringBuilder lines = new StringBuilder();
    int length = 0;
    for (String word : text.split(" ", -1)) {
      boolean fits = length + word.length() < LINE;
      lines.append(length == 0 ? "" : fits ? " " : "\n").append(word);
      length = fits ? length + word.length() + 1 : word.length() + 1;
    }
    return lines.toString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").strip();
  }

  /** The commands, without the one that shows help. */
  static List<CommandSpec> commands(CommandLine root) {
    return root.getSubcommands().values().stream()
        .map(CommandLine::getCommandSpec)
        .distinct()
        .filter(command -> !command.helpCommand())
        .toList();
  }

  static List<OptionSpec> options(CommandSpec command) {
    return command.options().stream()
        .filter(option -> !option.inherited() && !option.hidden())
        .toList();
  }

  static List<PositionalParamSpec> positional(CommandSpec command) {
    return command.positionalParameters();
  }

  static String synopsis(CommandSpec command) {
    StringBuilder synopsis = new StringBuilder(command.qualifiedName());
    if (!options(command).isEmpty()) {
      synopsis.append(" [OPTIONS]");
    }
    for (PositionalParamSpec parameter : positional(command)) {
      String label = parameter.paramLabel() + (parameter.arity().max() > 1 ? "..." : "");
      synopsis.append(parameter.arity().min() == 0 ? " [" + label + "]" : " " + label);
    }
    return synopsis.toString();
  }

  /** The names of an option and of its value, such as {@code -n, --limit=N}. */
  static String names(OptionSpec option) {
    String names = String.join(", ", option.names());
    return option.arity().max() > 0 ? names + "=" + option.paramLabel() : names;
  }

  /** The commands among the examples in the help. */
  static List<String> examples(CommandSpec command) {
    List<String> lines = new ArrayList<>();
    Arrays.stream(command.usageMessage().footer())
        .filter(line -> line.startsWith("  "))
        .forEach(line -> lines.add(line.strip()));
    return lines;
  }
}
