package dev.agentgate.cli.manual;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The completion script for fish. */
public final class FishCompletion {
  private FishCompletion() {}

  /** Makes the script of all commands. */
  public static String of(CommandLine root) {
    String name = root.getCommandName();
    StringBuilder script = new StringBuilder();
    script.append("# Completion of ").append(name).append(" for fish.\n");
    // Otherwise fish offers the files here wherever it knows nothing better.
    script.append("complete -c ").append(name).append(" -f\n");
    root.getCommandSpec()
        .options()
        .forEach(option -> option(script, "complete -c " + name, option));
    root.getCommandSpec().subcommands().values().stream()
        .distinct()
        .forEach(command -> command(script, name, command.getCommandSpec()));
    return script.toString();
  }

  private static void command(StringBuilder script, String root, CommandSpec command) {
    script
        .append("complete -c ")
        .append(root)
        .append(" -n __fish_use_subcommand -f -a ")
        .append(command.name())
        .append(" -d ")
        .append(quoted(first(command.usageMessage().description())))
        .append('\n');
    String start =
        "complete -c "
            + root
            + " -n '__fish_seen_subcommand_from "
            + String.join(" ", command.names())
            + "'";
    command.options().stream()
        .filter(option -> !option.inherited() && !option.hidden())
        .forEach(option -> option(script, start, option));
    for (PositionalParamSpec argument : command.positionalParameters()) {
      String values = values(argument);
      if (!values.isEmpty()) {
        script.append(start).append(" -x").append(values).append('\n');
      }
    }
  }

  private static void option(StringBuilder script, String start, OptionSpec option) {
    script.append(start);
    for (String name : option.names()) {
      script
          .append(name.startsWith("--") ? " -l " : " -s ")
          .append(name.substring(name.startsWith("--") ? 2 : 1));
    }
    if (option.arity().max() > 0) {
      boolean file = option.paramLabel().toUpperCase(Locale.ROOT).matches(".*(FILE|DIRECTORY).*");
      script.append(file ? " -r -F" : " -x").append(values(option));
    }
    script.append(" -d ").append(quoted(first(option.description()))).append('\n');
  }

  private static String values(ArgSpec argument) {
    @Nullable Iterable<String> values = argument.completionCandidates();
    return values == null
        ? ""
        : StreamSupport.stream(values.spliterator(), false)
            .collect(Collectors.joining(" ", " -a '", "'"));
  }

  private static String first(String[] lines) {
    return lines.length == 0 ? "" : lines[0];
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
