package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.Version;
import dev.agentgate.cli.remote.LastOrder;
import dev.agentgate.cli.remote.OrderIds;
import dev.agentgate.cli.remote.Profiles;
import dev.agentgate.cli.remote.Query;
import dev.agentgate.cli.remote.Server;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** What one call of the command line works with. The server is looked for when it is needed. */
public final class Session implements AutoCloseable {
  private final Console console;
  private final RootCommand options;
  private final InstantSource clock;
  private final StoreMigrator migrator;
  private @Nullable Server server;

  /**
   * @param migrator does the one thing for which no server is called
   */
  public Session(
      Console console, RootCommand options, InstantSource clock, StoreMigrator migrator) {
    this.console = console;
    this.options = options;
    this.clock = clock;
    this.migrator = migrator;
  }

  Console console() {
    return console;
  }

  InstantSource clock() {
    return clock;
  }

  StoreMigrator migrator() {
    return migrator;
  }

  Output output() {
    return options.output();
  }

  Printer printer() {
    return new Printer(console, options.output());
  }

  Server server() {
    Server known = server;
    if (known == null) {
      known =
          new Server(
              new Profiles(console).target(options.target()),
              console,
              new Server.Settings(
                  options.requestTimeout(), options.verbose(), "agentgate/" + Version.text()));
      server = known;
    }
    return known;
  }

  LastOrder lastOrder() {
    return new LastOrder(console);
  }

  /** The whole id of an order that a user named. */
  String orderId(String text) {
    return new OrderIds(server(), lastOrder(), clock.instant()).find(text);
  }

  JsonNode order(String id) {
    return server().get(new Query("/work-orders/" + id)).json();
  }

  /** The width that a table may have: only a terminal has one. */
  int tableWidth() {
    return console.terminals().out() ? console.width() : Integer.MAX_VALUE;
  }

  @Override
  public void close() {
    Server used = server;
    if (used != null) {
      used.close();
    }
  }
}
