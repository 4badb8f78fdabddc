package dev.agentgate.notify;

import dev.agentgate.store.Outbox;
import dev.agentgate.store.StoreUnavailableException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The undelivered messages for one target, in a store that several instances share. */
final class SharedSpool implements Spool {
  private final Outbox outbox;
  private final String target;
  private final DeliverySpool earlier;

  /**
   * @param target the name of the target, the same for all instances
   * @param earlier messages in files, which an earlier version or a file store left
   */
  SharedSpool(Outbox outbox, String target, DeliverySpool earlier) {
    this.outbox = outbox;
    this.target = target;
    this.earlier = earlier;
  }

  @Override
  public List<Long> open() throws IOException {
    for (long number : earlier.open()) {
      Delivery delivery = earlier.read(number);
      if (delivery == null) {
        boolean _ = earlier.setAside(number);
      } else {
        long _ = keep(delivery);
        earlier.remove(number);
      }
    }
    return stored(() -> outbox.own(target));
  }

  @Override
  public long keep(Delivery delivery) throws IOException {
    String message = delivery.toJson();
    return stored(() -> outbox.keep(target, message));
  }

  @Override
  public @Nullable Delivery read(long number) throws IOException {
    Optional<String> message = stored(() -> outbox.find(number));
    return message.isPresent() ? Delivery.fromJson(message.get()) : null;
  }

  @Override
  public void remove(long number) throws IOException {
    boolean _ =
        stored(() -> {
          outbox.remove(number);
          return true;
        });
  }

  @Override
  public boolean setAside(long number) throws IOException {
    boolean exists = stored(() -> outbox.find(number)).isPresent();
    if (exists) {
      remove(number);
    }
    return exists;
  }

  @Override
  public List<Long> takeOver(int limit) throws IOException {
    return stored(() -> outbox.takeOver(target, limit));
  }

  private static <T> T stored(Supplier<T> step) throws IOException {
    try {
      return step.get();
    } catch (StoreUnavailableException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
