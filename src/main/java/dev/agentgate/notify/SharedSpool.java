package dev.agentgate.notify;

import dev.agentgate.store.Outbox;
import dev.agentgate.store.StoreUnavailableException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The undelivered messages for one target, in a store that several instances share. */
final class SharedSpool implements Spool {
  private static final Logger LOG = Logger.getLogger(SharedSpool.class);

  private final Outbox outbox;
  private final String target;
  private final DeliverySpool files;

  /** Later messages wait until those in the files are in the store. */
  private final CountDownLatch loaded = new CountDownLatch(1);

  private List<Long> inFiles = List.of();

  /**
   * @param target the name of the target, the same for all instances
   * @param files messages that an earlier version, a file store, or a stop without the store left
   */
  SharedSpool(Outbox outbox, String target, DeliverySpool files) {
    this.outbox = outbox;
    this.target = target;
    this.files = files;
  }

  @Override
  public void open() throws IOException {
    files.open();
    inFiles = files.load();
  }

  @Override
  public List<Long> load() throws IOException {
    for (long number : inFiles) {
      Delivery delivery = files.read(number);
      if (delivery == null) {
        boolean _ = files.setAside(number);
      } else {
        long _ = store(delivery);
        files.remove(number);
      }
    }
    loaded.countDown();
    return stored(() -> outbox.own(target));
  }

  @Override
  public long keep(Delivery delivery) throws IOException {
    try {
      loaded.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Earlier messages are not yet in the store", e);
    }
    return store(delivery);
  }

  private long store(Delivery delivery) throws IOException {
    String message = delivery.toJson();
    return stored(() -> outbox.keep(target, delivery.id(), message));
  }

  @Override
  public void keepForNextStart(Delivery delivery) throws IOException {
    long _ = files.keep(delivery);
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
  public boolean giveUp(long number) throws IOException {
    return stored(() -> outbox.removeOwn(number));
  }

  @Override
  public boolean setAside(long number) throws IOException {
    Optional<String> message = stored(() -> outbox.find(number));
    return message.isPresent() && Delivery.fromJson(message.get()) == null && giveUp(number);
  }

  @Override
  public List<Long> takeOver(int limit) throws IOException {
    int taken = stored(() -> outbox.takeOver(target, limit)).size();
    if (taken > 0) {
      LOG.warnf("Took over %d messages for %s from other instances", taken, target);
    }
    // All, not only these: a step whose answer was lost may have added others.
    return stored(() -> outbox.own(target));
  }

  private static <T> T stored(Supplier<T> step) throws IOException {
    try {
      return step.get();
    } catch (StoreUnavailableException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
