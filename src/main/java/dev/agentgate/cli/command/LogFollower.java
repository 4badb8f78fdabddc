package dev.agentgate.cli.command;

import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.remote.EventStream;
import dev.agentgate.cli.remote.EventStream.Event;
import dev.agentgate.cli.remote.Query;
import dev.agentgate.cli.view.Order;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Follows what the runs of an order write, from one attempt to the next, until the order ends. */
final class LogFollower {
  private static final Duration LOOK_UP = Duration.ofMinutes(1);

  private final Session session;
  private final LogSink sink;
  private final String format;
  private @Nullable Integer tail;

  /**
   * @param tail how many lines of what was written so far to show; null for all
   */
  LogFollower(Session session, LogSink sink, String format, @Nullable Integer tail) {
    this.session = session;
    this.sink = sink;
    this.format = format;
    this.tail = tail;
  }

  /** Follows an order to its end. */
  ExitCode order(String id) {
    Console console = session.console();
    OrderWatch watch = new OrderWatch(session.server());
    WaitCommand.Changes changes = new WaitCommand.Changes(session);
    try (Detachment _ = new Detachment(console, id)) {
      String seen = "";
      while (true) {
        String last = seen;
        Order order =
            watch
                .await(
                    id,
                    it ->
                        it.isTerminal() || it.runId().filter(run -> !run.equals(last)).isPresent(),
                    OrderWatch.FOREVER,
                    changes::tell)
                .orElseThrow();
        Optional<String> run = order.runId().filter(it -> !it.equals(last));
        if (run.isEmpty()) {
          return Outcome.tell(order, console);
        }
        if (!last.isEmpty()) {
          console.say("Attempt " + order.json().path("attempt").asText() + ", " + run.get());
        }
        if (!run(run.get())) {
          return Outcome.of(order);
        }
        seen = run.get();
      }
    }
  }

  /** Follows one run to its end; false if nobody reads the output any more. */
  boolean run(String id) {
    sink.begin(id);
    Query path = new Query("/runs/" + id + "/log/stream").with("format", format).with("tail", tail);
    // A later attempt is new from its first line.
    tail = null;
    try (EventStream events = session.server().follow(path).connect()) {
      boolean over = false;
      while (!over && sink.flush()) {
        Optional<Event> event = events.next(LOOK_UP);
        event.filter(LogFollower::isText).ifPresent(it -> sink.text(it.data()));
        over = event.filter(LogFollower::isEnd).isPresent();
      }
      sink.end();
      return over;
    }
  }

  private static boolean isText(Event event) {
    return event.name().equals("log");
  }

  private static boolean isEnd(Event event) {
    return event.name().equals("end");
  }
}
