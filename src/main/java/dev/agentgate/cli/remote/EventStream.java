package dev.agentgate.cli.remote;

import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events. When the connection breaks or falls silent, it connects again and continues
 * after the last event. It gives up when the server has been away for longer than the patience.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">The format</a>
 */
public final class EventStream implements AutoCloseable {
  /** The server sends a comment every 15 seconds. */
  private static final Duration SILENCE = Duration.ofSeconds(45);

  private static final int AHEAD = 64;

  private final Server server;
  private final String path;
  private @Nullable String lastEventId;
  private @Nullable Connection connection;

  /** What a reader found. */
  sealed interface Item {
    record Beat(String id) implements Item {}

    record Over() implements Item {}
  }

  /** An event of the server. */
  public record Event(String name, String data, String id) implements Item {}

  EventStream(Server server, String path) {
    this.server = server;
    this.path = path;
  }

  /** Connects, unless it is connected. A server that is away now is a failure. */
  public EventStream connect() {
    if (connection == null) {
      try {
        connection = open();
      } catch (IOException e) {
        throw Unreachable.failure(server.target(), server.patience(), e);
      }
    }
    return this;
  }

  /** The id that a new connection continues after. */
  public void resumeAfter(String id) {
    lastEventId = id;
  }

  /**
   * Waits for the next event.
   *
   * @return empty if none came within this time
   * @throws CommandFailed if the server refuses, or stays away
   */
  public Optional<Event> next(Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (true) {
      Connection current = connect().connection;
      long left = deadline - System.nanoTime();
      Item item =
          current == null ? new Item.Over() : current.take(Math.min(left, SILENCE.toNanos()));
      if (item instanceof Event event) {
        return Optional.of(event);
      }
      if (item == null && deadline - System.nanoTime() <= 0) {
        return Optional.empty();
      }
      if (item == null || item instanceof Item.Over) {
        reconnect();
      }
    }
  }

  private void reconnect() {
    close();
    long giveUp = System.nanoTime() + server.patience().toNanos();
    for (int attempt = 0; connection == null; attempt++) {
      Server.pause(attempt);
      try {
        connection = open();
      } catch (IOException e) {
        if (System.nanoTime() - giveUp > 0) {
          throw Unreachable.failure(server.target(), server.patience(), e);
        }
      } catch (CommandFailed e) {
        // A service that stops or starts answers 503.
        if (e.code() != ExitCode.UNREACHABLE || System.nanoTime() - giveUp > 0) {
          throw e;
        }
      }
      if (attempt == 0 && connection == null) {
        server.console().say("The connection is lost; connecting again.");
      }
    }
  }

  private Connection open() throws IOException {
    HttpResponse<InputStream> answer = server.open(path, lastEventId);
    if (answer.statusCode() != 200) {
      try (InputStream body = answer.body()) {
        throw Problems.failure(
            server.target(), answer.statusCode(), answer.headers(), body.readAllBytes());
      }
    }
    return new Connection(answer.body());
  }

  @Override
  public void close() {
    Connection current = connection;
    connection = null;
    if (current != null) {
      current.close();
    }
  }

  /** One connection, read ahead by a thread of its own so that a wait for it can end. */
  private final class Connection {
    private final InputStream body;
    private final BlockingQueue<Item> items = new ArrayBlockingQueue<>(AHEAD);
    private final Thread reader;

    Connection(InputStream body) {
      this.body = body;
      this.reader = Thread.ofVirtual().name("events").start(this::read);
    }

    @Nullable Item take(long nanos) {
      try {
        Item item = items.poll(nanos, TimeUnit.NANOSECONDS);
        String id =
            switch (item) {
              case Event event -> event.id();
              case Item.Beat beat -> beat.id();
              case Item.Over _ -> "";
              case null -> "";
            };
        if (!id.isEmpty()) {
          lastEventId = id;
        }
        return item;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CommandFailed(ExitCode.UNREACHABLE, "Interrupted.");
      }
    }

    private void read() {
      try {
        EventReader events = new EventReader(body);
        for (Item item = next(events); item != null; item = next(events)) {
          items.put(item);
        }
        items.put(new Item.Over());
      } catch (InterruptedException closed) {
        Thread.currentThread().interrupt();
      }
    }

    private static @Nullable Item next(EventReader events) {
      try {
        return events.next();
      } catch (IOException broken) {
        return null;
      }
    }

    void close() {
      reader.interrupt();
      try {
        body.close();
      } catch (IOException alreadyBroken) {
        // Nothing is lost: what was read is in the queue, and the rest comes again.
      }
    }
  }
}
