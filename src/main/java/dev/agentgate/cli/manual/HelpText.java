package dev.agentgate.cli.manual;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The help of the commands: their own options first, then those that all commands have. */
public final class HelpText {
  private static final int LEAST_WIDTH = 55;
  private static final int MOST_WIDTH = 100;

  private HelpText() {}

  /** Sets up the help of a command and of those below it. */
  public static void install(CommandLine commands, int width) {
    CommandSpec spec = commands.getCommandSpec();
    UsageMessageSpec usage = spec.usageMessage();
    usage.width(Math.clamp(width, LEAST_WIDTH, MOST_WIDTH));
    usage.synopsisHeading("Usage: ");
    usage.descriptionHeading("%n");
    usage.parameterListHeading("%n");
    usage.commandListHeading("%nCommands:%n");
    usage.abbreviateSynopsis(true);
    usage.sortOptions(false);
    usage.optionListHeading("");
    usage.sectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpText::options);
    commands.getSubcommands().values().forEach(below -> install(below, width));
  }

  /** Says what is wrong with an argument that no command knows. */
  public static String unmatched(UnmatchedArgumentException e) {
    String argument = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().getFirst();
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    if (argument.startsWith("-")) {
      int equals = argument.indexOf('=');
      return command + " has no option " + (equals < 0 ? argument : argument.substring(0, equals));
    }
    return e.getCommandLine().getSubcommands().isEmpty()
        ? command + " takes no further argument '" + argument + "'"
        : "There is no command '" + argument + "'";
  }

  private static String options(Help help) {
    List<OptionSpec> all =
        help.commandSpec().options().stream().filter(option -> !option.hidden()).toList();
    boolean root = help.commandSpec().parent() == null;
    List<OptionSpec> own = all.stream().filter(option -> root || !option.inherited()).toList();
    List<OptionSpec> global = all.stream().filter(option -> !own.contains(option)).toList();
    return section(help, "Options", own) + section(help, "Options of all commands", global);
  }

  private static String section(Help help, String heading, List<OptionSpec> options) {
    if (options.isEmpty()) {
      return "";
    }
    Help.Layout layout = help.createDefaultLayout();
    layout.addOptions(options, help.parameterLabelRenderer());
    return System.lineSeparator() + heading + ":" + System.lineSeparator() + layout;
  }
}
