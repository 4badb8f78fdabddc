package dev.agentgate.cli.manual;

import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.Version;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The manual page, in the language of man(7).
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/man.7.html">man(7)</a>
 */
public final class ManualPage {
  private final StringBuilder page = new StringBuilder();

  private ManualPage() {}

  /** Makes the page of all commands. */
  public static String of(CommandLine root) {
    ManualPage page = new ManualPage();
    page.write(root);
    return page.page.toString();
  }

  private void write(CommandLine root) {
    CommandSpec spec = root.getCommandSpec();
    macro(".TH AGENTGATE 1 \"\" \"agentgate " + escaped(Version.text()) + "\"");
    macro(".SH NAME");
    text("agentgate - a durable work-order queue that runs coding agents");
    macro(".SH SYNOPSIS");
    macro(".B agentgate");
    text("[serve]");
    macro(".br");
    macro(".B agentgate");
    macro(".I COMMAND");
    text("[OPTIONS]");
    macro(".SH DESCRIPTION");
    paragraphs(spec.usageMessage().description());
    macro(".SH OPTIONS OF ALL COMMANDS");
    spec.options().forEach(this::option);
    macro(".SH COMMANDS");
    Reference.commands(root).forEach(this::command);
    macro(".SH EXIT STATUS");
    for (ExitCode code : ExitCode.values()) {
      macro(".TP");
      macro(".B " + code.number());
      text(code.meaning().replace("`", ""));
    }
    macro(".SH ENVIRONMENT");
    Reference.VARIABLES.forEach((name, meaning) -> {
      macro(".TP");
      macro(".B " + name);
      text(meaning);
    });
    macro(".SH FILES");
    macro(".TP");
    macro(".I $XDG_CONFIG_HOME/agentgate/config.toml");
    text("Profiles: url, api\\-key\\-file and api\\-key, at the top or below [profiles.NAME].");
  }

  private void command(CommandSpec command) {
    macro(".SS " + Reference.synopsis(command).replace("-", "\\-"));
    paragraphs(command.usageMessage().description());
    Reference.positional(command)
        .forEach(parameter -> {
          macro(".TP");
          macro(".I " + escaped(parameter.paramLabel()));
          text(String.join(" ", parameter.description()));
        });
    Reference.options(command).forEach(this::option);
    List<String> examples = Reference.examples(command);
    if (!examples.isEmpty()) {
      macro(".PP");
      text("Examples:");
      macro(".PP");
      macro(".nf");
      examples.forEach(example -> page.append("    ").append(escaped(example)).append('\n'));
      macro(".fi");
    }
  }

  private void option(OptionSpec option) {
    macro(".TP");
    macro(".B " + escaped(Reference.names(option)));
    text(String.join(" ", option.description()));
  }

  private void paragraphs(String... lines) {
    Arrays.stream(lines)
        .forEach(line -> {
          if (line.isEmpty()) {
            macro(".PP");
          } else {
            text(line);
          }
        });
  }

  private void macro(String line) {
    page.append(line).append('\n');
  }

  /** A line of text; a point or an apostrophe at its beginning would make it a request. */
  private void text(String line) {
    String text = escaped(line);
    page.append(text.startsWith(".") || text.startsWith("'") ? "\\&" : "")
        .append(text)
        .append('\n');
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-");
  }
}
