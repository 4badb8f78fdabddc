package dev.agentgate.cli.command;

import dev.agentgate.cli.remote.EventStream;
import dev.agentgate.cli.remote.Query;
import dev.agentgate.cli.remote.Server;
import dev.agentgate.cli.view.Order;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Waits until an order has reached a state. */
final class OrderWatch {
  /** In case that an event was missed. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

  static final Duration FOREVER = Duration.ofDays(36_500);

  private final Server server;

  OrderWatch(Server server) {
    this.server = server;
  }

  /**
   * Waits.
   *
   * @param seen is told each state that is not the one that is waited for
   * @return empty if it took too long
   */
  Optional<Order> await(String id, Predicate<Order> wanted, Duration atMost, Consumer<Order> seen) {
    long deadline = System.nanoTime() + atMost.toNanos();
    // Connected before the order is read, so that no change falls between the two.
    try (EventStream events =
        server.follow(new Query("/events").with("workOrderId", id)).connect()) {
      while (true) {
        Order order = new Order(server.getAgain("/work-orders/" + id).json());
        if (wanted.test(order)) {
          return Optional.of(order);
        }
        seen.accept(order);
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return Optional.empty();
        }
        events.next(Duration.ofNanos(Math.min(left, LOOK_AGAIN.toNanos())));
      }
    }
  }
}
