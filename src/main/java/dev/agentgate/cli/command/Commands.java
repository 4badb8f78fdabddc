package dev.agentgate.cli.command;

import dev.agentgate.wire.DurationText;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** All commands. */
public final class Commands {
  /** In the order in which the help lists them; aliases follow their command. */
  private static final List<List<String>> NAMES =
      List.of(
          List.of("submit"),
          List.of("list", "ls"),
          List.of("get", "show"),
          List.of("logs", "log"),
          List.of("wait"),
          List.of("cancel"),
          List.of("kill"),
          List.of("retry"),
          List.of("purge"),
          List.of("patch"),
          List.of("publish"),
          List.of("queue"),
          List.of("pause"),
          List.of("resume"),
          List.of("agents"),
          List.of("instances"),
          List.of("usage"),
          List.of("events"),
          List.of("doctor"),
          List.of("serve"),
          List.of("migrate-store"),
          List.of("completion"),
          List.of("manual"),
          List.of("version"),
          List.of("help"));

  /** They tell about the other commands. */
  private static final Set<String> NEED_ALL = Set.of("completion", "manual", "help");

  private Commands() {}

  /** The command line with every command. */
  public static CommandLine all(RootCommand root, Session session) {
    return with(root, session, NAMES);
  }

  /**
   * The command line for these arguments. Looking into the classes of all commands would take most
   * of the time of a short one, so only those are there that the arguments can mean.
   */
  public static CommandLine of(RootCommand root, Session session, String... arguments) {
    List<String> words = List.of(arguments);
    List<List<String>> meant =
        NAMES.stream().filter(names -> names.stream().anyMatch(words::contains)).toList();
    boolean enough =
        !meant.isEmpty() && meant.stream().noneMatch(names -> NEED_ALL.contains(names.getFirst()));
    return with(root, session, enough ? meant : NAMES);
  }

  private static CommandLine with(RootCommand root, Session session, List<List<String>> names) {
    CommandLine commands = new CommandLine(root);
    for (List<String> name : names) {
      String[] aliases = name.subList(1, name.size()).toArray(new String[0]);
      commands.addSubcommand(name.getFirst(), create(name.getFirst(), session), aliases);
    }
    commands.registerConverter(Duration.class, new DurationConverter());
    commands.setCaseInsensitiveEnumValuesAllowed(true);
    return commands;
  }

  private static Object create(String name, Session session) {
    return switch (name) {
      case "submit" -> new SubmitCommand(session);
      case "list" -> new ListCommand(session);
      case "get" -> new GetCommand(session);
      case "logs" -> new LogsCommand(session);
      case "wait" -> new WaitCommand(session);
      case "cancel" -> new CancelCommand(session);
      case "kill" -> new KillCommand(session);
      case "retry" -> new RetryCommand(session);
      case "purge" -> new PurgeCommand(session);
      case "patch" -> new PatchCommand(session);
      case "publish" -> new PublishCommand(session);
      case "queue" -> new QueueCommand(session);
      case "pause" -> new PauseCommand(session);
      case "resume" -> new ResumeCommand(session);
      case "agents" -> new AgentsCommand(session);
      case "instances" -> new InstancesCommand(session);
      case "usage" -> new UsageCommand(session);
      case "events" -> new EventsCommand(session);
      case "doctor" -> new DoctorCommand(session);
      case "serve" -> new ServeCommand(session);
      case "migrate-store" -> new MigrateStoreCommand(session.migrator());
      case "completion" -> new CompletionCommand(session);
      case "manual" -> new ManualCommand(session);
      case "version" -> new VersionCommand(session);
      case "help" -> new HelpCommand(session);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return DurationText.parse(text)
          .orElseThrow(() ->
              new TypeConversionException(
                  "'" + text + "' is not a duration such as 30s, 5m or 2h"));
    }
  }
}
