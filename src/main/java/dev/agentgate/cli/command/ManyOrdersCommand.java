package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.remote.Json;
import dev.agentgate.cli.remote.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command for the orders that it names, or for all that match its filters. */
abstract class ManyOrdersCommand extends ClientCommand {
  @Parameters(
      paramLabel = "ORDER",
      arity = "0..*",
      description = "An id, the beginning of one, or @last; or none, but filters.")
  private List<String> orders = new ArrayList<>();

  @Mixin private OrderFilter filter = new OrderFilter();

  @Option(
      names = {"-y", "--yes"},
      description = "With filters: do not ask.")
  private boolean yes;

  @Option(names = "--dry-run", description = "With filters: only tell how many orders match.")
  private boolean dryRun;

  ManyOrdersCommand(Session session) {
    super(session);
  }

  /** Does it to one order, and returns the server's answer. */
  abstract JsonNode one(String id);

  /** The request for all that match, without its filters. */
  abstract Query all();

  /** The method of that request. */
  abstract String method();

  /**
   * The words for it.
   *
   * @param infinitive such as {@code cancel}
   * @param past such as {@code cancelled}, as the answer for one order is told
   * @param count the field of the answer that counts
   * @param wouldCount the same in the answer to a dry run
   */
  record Words(String infinitive, String past, String count, String wouldCount) {}

  abstract Words words();

  @Override
  ExitCode run() {
    if (orders.isEmpty() == filter.isEmpty()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "Name the orders to "
              + words().infinitive()
              + ", or choose them with filters such as --status: one of the two.");
    }
    return orders.isEmpty() ? matching() : named();
  }

  /** Returns what to print about one order. */
  String told(JsonNode answer) {
    return words().past();
  }

  private ExitCode named() {
    List<JsonNode> answers = new ArrayList<>();
    ExitCode first = ExitCode.OK;
    for (String text : orders) {
      ExitCode code = ExitCode.OK;
      try {
        answers.add(named(session().orderId(text)));
        code = survivors(answers.getLast());
      } catch (CommandFailed e) {
        // With a single order there is nothing to go on with.
        if (orders.size() == 1 || e.code() == ExitCode.UNREACHABLE) {
          throw e;
        }
        session().console().say(text + ": " + e.sentence());
        code = e.code();
      }
      first = first == ExitCode.OK ? code : first;
    }
    session()
        .printer()
        .each(
            answers,
            answer -> answer.path("id").asText(),
            out ->
                answers.forEach(
                    answer -> out.println(answer.path("id").asText() + " " + told(answer))));
    return first;
  }

  private JsonNode named(String id) {
    ObjectNode answer = Json.MAPPER.createObjectNode().put("id", id);
    one(id).properties().forEach(field -> answer.set(field.getKey(), field.getValue()));
    return answer;
  }

  private ExitCode survivors(JsonNode answer) {
    long survivors = answer.path("survivors").asLong();
    if (survivors == 0) {
      return ExitCode.OK;
    }
    session()
        .console()
        .say(answer.path("id").asText() + ": " + survivors + " of its processes cannot be ended.");
    return ExitCode.ORDER_FAILED;
  }

  private ExitCode matching() {
    if (!filter.hasStatus()) {
      throw new CommandFailed(
          ExitCode.USAGE, "Add --status, so that no more is matched than you mean.");
    }
    Console console = session().console();
    if (dryRun || !yes) {
      JsonNode dry = send(true);
      long count = dry.path(words().wouldCount()).asLong();
      if (dryRun) {
        session()
            .printer()
            .one(
                dry,
                Long.toString(count),
                out ->
                    out.println(
                        "This would "
                            + words().infinitive()
                            + " "
                            + HumanText.counted(count, "order")
                            + "."));
        return ExitCode.OK;
      }
      String capital =
          words().infinitive().substring(0, 1).toUpperCase(Locale.ROOT)
              + words().infinitive().substring(1);
      if (count == 0) {
        console.say("No order matches.");
        return ExitCode.OK;
      }
      if (!new Confirmation(console).ask(capital + " " + HumanText.counted(count, "order") + "?")) {
        console.say("Nothing was done.");
        return ExitCode.OK;
      }
    }
    JsonNode answer = send(false);
    long count = answer.path(words().count()).asLong();
    session()
        .printer()
        .one(
            answer,
            Long.toString(count),
            out -> out.println(HumanText.counted(count, "order") + " " + words().past()));
    return failures(answer);
  }

  /** Says which orders the server could not do it to. */
  private ExitCode failures(JsonNode answer) {
    Console console = session().console();
    for (JsonNode failure : answer.path("failures")) {
      console.say(
          HumanText.oneLine(failure.path("workOrderId").asText())
              + ": "
              + HumanText.oneLine(failure.path("error").asText()));
    }
    String error = HumanText.oneLine(answer.path("error").asText());
    if (!error.isEmpty()) {
      console.say(error);
    }
    return answer.path("success").asBoolean(true) ? ExitCode.OK : ExitCode.CONFLICT;
  }

  private JsonNode send(boolean dry) {
    Query query = filter.addTo(all(), session().clock().instant());
    return dry
        ? session().server().call(method(), query.with("dryRun", true)).json()
        : session().server().patiently(method(), query).json();
  }
}
