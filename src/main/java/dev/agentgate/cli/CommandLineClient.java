package dev.agentgate.cli;

import dev.agentgate.cli.command.Commands;
import dev.agentgate.cli.command.RootCommand;
import dev.agentgate.cli.command.Session;
import dev.agentgate.cli.command.StoreMigrator;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.manual.HelpText;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The client side of the executable. It runs a command in this process without the service's
 * container, HTTP server or data directory.
 */
public final class CommandLineClient {
  private final Console console;
  private final RootCommand root = new RootCommand();
  private final Session session;

  private CommandLineClient(Console console, InstantSource clock, StoreMigrator migrator) {
    this.console = console;
    this.session = new Session(console, root, clock, migrator);
  }

  /**
   * Runs the command in the arguments of this process, and returns its exit code.
   *
   * @param migrator does what {@code migrate-store} says
   */
  public static int run(StoreMigrator migrator, String... arguments) {
    return run(Console.ofProcess(), InstantSource.system(), migrator, arguments);
  }

  /** Runs a command and returns its exit code. */
  static int run(
      Console console, InstantSource clock, StoreMigrator migrator, String... arguments) {
    CommandLineClient client = new CommandLineClient(console, clock, migrator);
    try (Session _ = client.session) {
      return client
          .prepared(Commands.of(client.root, client.session, arguments))
          .execute(arguments);
    } finally {
      console.out().flush();
      console.err().flush();
    }
  }

  /** Every command, for documents that are made of them. */
  static CommandLine commandLine(Console console) {
    CommandLineClient client =
        new CommandLineClient(console, InstantSource.system(), (_, _) -> ExitCode.OK.number());
    return client.prepared(Commands.all(client.root, client.session));
  }

  private CommandLine prepared(CommandLine commands) {
    commands.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
    commands.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    commands.setColorScheme(
        CommandLine.Help.defaultColorScheme(console.style().on() ? Ansi.ON : Ansi.OFF));
    commands.setExecutionExceptionHandler((e, _, _) -> failed(e));
    commands.setParameterExceptionHandler((e, _) -> misused(e));
    HelpText.install(commands, console.width());
    return commands;
  }

  private int failed(Exception e) throws Exception {
    if (!(e instanceof CommandFailed failure)) {
      throw e;
    }
    console.out().flush();
    console.say(console.messageStyle().red("agentgate: ") + failure.sentence());
    if (root.verbose()) {
      failure.details().ifPresent(console::say);
    }
    return failure.code().number();
  }

  private int misused(ParameterException e) {
    console.out().flush();
    // An option that is not known may be a key that was meant for another program.
    String sentence =
        e instanceof UnmatchedArgumentException unmatched
            ? HelpText.unmatched(unmatched)
            : String.valueOf(e.getMessage());
    console.say(console.messageStyle().red("agentgate: ") + sentence);
    console.say("See `" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help`.");
    return ExitCode.USAGE.number();
  }
}
