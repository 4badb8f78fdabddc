package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.remote.Json;
import dev.agentgate.cli.remote.OutcomeUnknown;
import dev.agentgate.cli.view.Order;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Submits orders. */
@Command(
    name = "submit",
    description = {
      "Submit an order, or many, and print the ids.",
      "The prompt is the argument, a file, or what standard input holds. Each order carries an"
          + " idempotency key, so a broken connection makes no second order."
    },
    footer = {
      "",
      "Examples:",
      "  agentgate submit --repo acme/shop \"Fix the login bug\"",
      "  agentgate submit --repo acme/shop@v1.2.0 --follow --prompt-file task.md",
      "  git diff | agentgate submit --empty --agent codex --wait -",
      "  agentgate submit --repo acme/shop --publish pull-request \"Update the docs\"",
      "  agentgate submit -f orders.yaml --label sprint:42"
    })
final class SubmitCommand extends ClientCommand {
  @Parameters(
      paramLabel = "PROMPT",
      arity = "0..1",
      description = "What the agent should do; - reads standard input.")
  private @Nullable String prompt;

  @Option(names = "--prompt-file", paramLabel = "FILE", description = "A file with the prompt.")
  private @Nullable Path promptFile;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description =
          "Many orders: NDJSON, JSON or YAML, each as in the API; - reads standard input. Options"
              + " fill in what an order leaves out.")
  private @Nullable String file;

  @Option(
      names = {"-w", "--wait"},
      description = "Wait until the order ends; the exit code is 1 unless it is completed.")
  private boolean wait;

  @Option(names = "--follow", description = "Show the log until the order ends, as `logs -f`.")
  private boolean follow;

  @Option(
      names = {"-t", "--timeout"},
      paramLabel = "TIME",
      description = "With --wait: no longer than this; the exit code is 124 then.")
  private Duration timeout = OrderWatch.FOREVER;

  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private OrderOptions options = new OrderOptions();
  @Mixin private PublishOptions publish = new PublishOptions();

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "Repeating the command with the same key makes no second order.")
  private @Nullable String key;

  SubmitCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    if (wait && follow) {
      throw new CommandFailed(ExitCode.USAGE, "--follow waits as well; leave out --wait.");
    }
    String firstKey = key == null ? "cli-" + UUID.randomUUID() : key;
    if (file != null) {
      return batch(file, firstKey);
    }
    ObjectNode order = Json.MAPPER.createObjectNode();
    order.put("taskPrompt", new PromptText(session().console()).read(prompt, promptFile));
    complete(order);
    return one(order, firstKey);
  }

  private void complete(ObjectNode order) {
    source.addTo(order);
    options.addTo(order);
    if (!order.has("publish")) {
      publish.part().ifPresent(part -> order.set("publish", part));
    }
  }

  private ExitCode one(ObjectNode body, String idempotencyKey) {
    Order order = new Order(submitted(body, idempotencyKey));
    session().lastOrder().remember(session().server().target().url(), order.id());
    Console console = session().console();
    if (follow) {
      console.say("Submitted " + order.id());
      LogSink sink = new LogSink(console, session().output(), false);
      return new LogFollower(session(), sink, "text", null).order(order.id());
    }
    if (!wait) {
      session().printer().one(order.json(), order.id(), out -> out.println(order.id()));
      if (console.terminals().out()) {
        console.say("Follow it with `agentgate logs -f " + order.id() + "`.");
      }
      return ExitCode.OK;
    }
    // The id is useful at once; the other forms show the order as it is at the end.
    if (session().output() == Output.text || session().output() == Output.id) {
      console.out().println(order.id());
      console.out().flush();
    }
    Optional<Order> ended = WaitCommand.awaitEnd(session(), order.id(), timeout);
    if (session().output() == Output.json || session().output() == Output.ndjson) {
      Order shown = ended.orElseGet(() -> new Order(session().order(order.id())));
      session().printer().one(shown.json(), shown.id(), _ -> {});
    }
    return ended.map(Outcome::of).orElse(ExitCode.TIMED_OUT);
  }

  private JsonNode submitted(ObjectNode body, String idempotencyKey) {
    try {
      return session()
          .server()
          .postAgain("/work-orders", body, Map.of("Idempotency-Key", idempotencyKey))
          .json();
    } catch (OutcomeUnknown e) {
      session()
          .console()
          .say(
              "To repeat this without a second order, add --idempotency-key "
                  + idempotencyKey
                  + ".");
      throw e;
    }
  }

  private ExitCode batch(String from, String firstKey) {
    if (prompt != null || promptFile != null || wait || follow) {
      throw new CommandFailed(
          ExitCode.USAGE, "With -f there is no prompt, and neither --wait nor --follow.");
    }
    Batch batch = new Batch(session(), firstKey);
    new OrderFile(session().console())
        .read(from)
        .forEach(order -> batch.add(order, this::complete));
    return batch.submit();
  }
}
