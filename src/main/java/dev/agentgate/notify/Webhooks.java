package dev.agentgate.notify;

import dev.agentgate.queue.QueueObserver;
import dev.agentgate.queue.StatusEvent;
import dev.agentgate.queue.Transition;
import dev.agentgate.store.Outbox;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Posts changes of work orders to the configured targets, at least once. The changes of one order
 * arrive in order.
 *
 * <p>The queue only puts an event into a bounded inbox. One thread writes it to disk, one file for
 * each target, or into the store that several instances share. Each target has a thread that posts
 * its messages and removes those that were accepted. So a target that hangs costs the queue
 * nothing, and undelivered messages survive a restart. If the service is killed, only the events in
 * the inbox are lost. If it does not come back, another instance takes over what is in the store. A
 * start does not wait for that store, and a stop waits only briefly: what the store has not taken
 * by then is written to disk for the next start.
 *
 * <p>Redirects are not followed: the operator alone decides which hosts this service talks to.
 */
public final class Webhooks implements QueueObserver, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Webhooks.class);
  private static final int INBOX = 10_000;
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  /** How long a stop waits for a store that does not answer, at most twice. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

  private static final Duration BETWEEN_REMOVALS = Duration.ofHours(1);

  /** How long messages are kept for a target that is no longer configured. */
  private static final Duration KEPT_WITHOUT_TARGET = Duration.ofDays(7);

  private final WebhookSettings settings;
  private final Clock clock;
  private final Outbox outbox;
  private final Duration stopPatience;
  private final WebhookCounts counts = new WebhookCounts();

  /** Nothing instead of an event ends the writer. */
  private final BlockingQueue<Optional<StatusEvent>> inbox = new ArrayBlockingQueue<>(INBOX);

  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<WebhookTarget> targets = new CopyOnWriteArrayList<>();
  private final AtomicBoolean takingOver = new AtomicBoolean();
  private @Nullable HttpClient client;
  private @Nullable Thread writer;

  /** Whether messages are kept for the next start only. Used by the writer alone. */
  private boolean leaving;

  /** When abandoned messages are looked for. Used by one thread at a time. */
  private long nextRemoval = System.nanoTime();

  /** The targets that a warning has named. Used by one thread at a time. */
  private final Set<String> warned = new HashSet<>();

  /**
   * @param outbox where undelivered messages are kept if several instances share the store
   */
  public Webhooks(WebhookSettings settings, Clock clock, Outbox outbox) {
    this(settings, clock, outbox, STOP_PATIENCE);
  }

  Webhooks(WebhookSettings settings, Clock clock, Outbox outbox, Duration stopPatience) {
    this.settings = settings;
    this.clock = clock;
    this.outbox = outbox;
    this.stopPatience = stopPatience;
  }

  /**
   * Starts delivering, beginning with what an earlier process of the service left. Does not wait
   * for a store that several instances share. Call once.
   *
   * @throws UncheckedIOException if the messages on disk cannot be read
   */
  public void open() {
    if (settings.targets().isEmpty()) {
      return;
    }
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.timeout())
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    client = http;
    try {
      for (URI url : settings.targets()) {
        WebhookTarget target =
            new WebhookTarget(
                url, settings, spool(url), new GivenUp(directoryOf(url)), counts, http, clock);
        target.open();
        targets.add(target);
      }
      warnOfStrangers();
    } catch (IOException e) {
      throw new UncheckedIOException("The undelivered messages cannot be read", e);
    }
    writer = Thread.ofVirtual().name("webhooks").start(this::writeUntilClosed);
  }

  private Spool spool(URI url) {
    Path directory = directoryOf(url);
    DeliverySpool files = new DeliverySpool(directory);
    return outbox.keepsMessages() ? new SharedSpool(outbox, nameOf(url), files) : files;
  }

  /** Counts of the deliveries by their result. */
  public WebhookCounts counts() {
    return counts;
  }

  @Override
  public void transitioned(Transition transition) {
    if (settings.targets().isEmpty()
        || !settings.statuses().contains(transition.order().status())) {
      return;
    }
    if (!inbox.offer(Optional.of(transition.event()))) {
      drop();
    }
  }

  /** Looks for messages left by instances that are gone, whose leases have ended. */
  @Override
  public void leaseRenewed() {
    if (outbox.keepsMessages() && closing.getCount() > 0 && takingOver.compareAndSet(false, true)) {
      Thread.ofVirtual().name("webhook-takeover").start(this::takeOver);
    }
  }

  private void takeOver() {
    try {
      for (WebhookTarget target : targets) {
        target.takeOver();
      }
      if (System.nanoTime() - nextRemoval >= 0) {
        removeAbandoned();
        nextRemoval = System.nanoTime() + BETWEEN_REMOVALS.toNanos();
      }
    } catch (IOException | StoreUnavailableException e) {
      LOG.warnf("The messages of other instances cannot be taken over now: %s", e.getMessage());
    } finally {
      takingOver.set(false);
    }
  }

  private void removeAbandoned() {
    Set<String> configured =
        settings.targets().stream().map(Webhooks::nameOf).collect(Collectors.toSet());
    int removed = outbox.removeAbandoned(configured, KEPT_WITHOUT_TARGET);
    if (removed > 0) {
      LOG.warnf("Removed %d messages for targets that are no longer configured", removed);
    }
    for (String target : outbox.abandonedTargets(configured)) {
      if (warned.add(target)) {
        LOG.warnf(
            "The database holds messages for %s, a target that is no longer configured. They are"
                + " removed %d days after they were written",
            target, KEPT_WITHOUT_TARGET.toDays());
      }
    }
  }

  /** Stops. Undelivered messages are kept when this returns. Idempotent. */
  @Override
  public void close() {
    closing.countDown();
    try {
      Thread thread = writer;
      if (thread != null) {
        endWriter(thread);
        writer = null;
      }
      for (WebhookTarget target : targets) {
        target.close();
      }
      targets.clear();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    HttpClient http = client;
    if (http != null) {
      http.shutdownNow();
    }
  }

  private void endWriter(Thread thread) throws InterruptedException {
    boolean ending = inbox.offer(Optional.empty(), stopPatience.toNanos(), TimeUnit.NANOSECONDS);
    if (ending && thread.join(stopPatience)) {
      return;
    }
    // Not earlier: this breaks the connection on which a message is being kept.
    thread.interrupt();
    if (!ending) {
      inbox.put(Optional.empty());
    }
    thread.join();
  }

  /** An interrupt ends only the step that is under way. */
  private void writeUntilClosed() {
    while (true) {
      try {
        Optional<StatusEvent> next = inbox.take();
        if (next.isEmpty()) {
          return;
        }
        write(next.get());
      } catch (InterruptedException e) {
        LOG.debug("The stop no longer waits for the store");
      }
    }
  }

  private void write(StatusEvent event) {
    String body = event.json();
    for (WebhookTarget target : targets) {
      write(Delivery.of(body), target);
    }
  }

  /**
   * While nothing can be kept, the inbox fills; only when the inbox is full too is a message lost.
   * In a stop, the disk takes the place of a store that fails.
   */
  private void write(Delivery delivery, WebhookTarget target) {
    boolean told = false;
    while (true) {
      try {
        if (leaving) {
          target.takeForNextStart(delivery);
        } else {
          target.take(delivery);
        }
        return;
      } catch (IOException e) {
        if (!told) {
          LOG.errorf("A message cannot be kept, retrying: %s", e.getMessage());
          told = true;
        }
        if (isClosingWithin(BETWEEN_TRIES)) {
          if (leaving) {
            drop();
            return;
          }
          leaving = true;
        }
      }
    }
  }

  private boolean isClosingWithin(Duration time) {
    try {
      return closing.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      // Only the stop interrupts.
      return true;
    }
  }

  private void drop() {
    counts.wasDropped();
    LOG.error("A webhook message is lost: it could not be kept");
  }

  private void warnOfStrangers() throws IOException {
    List<Path> known = settings.targets().stream().map(this::directoryOf).toList();
    try (Stream<Path> directories = Files.list(settings.directory())) {
      directories
          .filter(directory -> !known.contains(directory))
          .forEach(directory ->
              LOG.warnf(
                  "%s holds messages for a target that is no longer configured",
                  directory.getFileName()));
    }
  }

  private Path directoryOf(URI url) {
    return settings.directory().resolve(nameOf(url));
  }

  /** Names a target by its host, because the rest of a URL may be a secret. */
  static String nameOf(URI url) {
    String host = url.getHost().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "_");
    return host + "-" + Sha256.hex(url.toString()).substring(0, 8);
  }
}
