package dev.agentgate.notify;

import dev.agentgate.queue.QueueObserver;
import dev.agentgate.queue.StatusEvent;
import dev.agentgate.queue.Transition;
import dev.agentgate.workorder.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Posts changes of work orders to the configured targets, at least once. The changes of one order
 * arrive in order.
 *
 * <p>The queue only puts an event into a bounded inbox. One thread writes it to disk, one file for
 * each target. Each target has a thread that posts its files and removes those that were accepted.
 * So a target that hangs costs the queue nothing, and undelivered messages survive a restart. If
 * the service is killed, only the events in the inbox are lost.
 *
 * <p>Redirects are not followed: the operator alone decides which hosts this service talks to.
 */
public final class Webhooks implements QueueObserver, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Webhooks.class);
  private static final int INBOX = 10_000;
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  private final WebhookSettings settings;
  private final Clock clock;
  private final WebhookCounts counts = new WebhookCounts();
  private final BlockingQueue<StatusEvent> inbox = new ArrayBlockingQueue<>(INBOX);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<WebhookTarget> targets = new ArrayList<>();
  private @Nullable HttpClient client;
  private @Nullable Thread writer;

  public Webhooks(WebhookSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Starts delivering, beginning with what an earlier process of the service left. Call once.
   *
   * @throws UncheckedIOException if the kept messages cannot be read
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
        DeliverySpool spool = new DeliverySpool(directoryOf(url));
        WebhookTarget target = new WebhookTarget(url, settings, spool, counts, http, clock);
        target.open();
        targets.add(target);
      }
      warnOfStrangers();
    } catch (IOException e) {
      throw new UncheckedIOException("The undelivered messages cannot be read", e);
    }
    writer = Thread.ofVirtual().name("webhooks").start(this::writeUntilClosed);
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
    if (!inbox.offer(transition.event())) {
      drop();
    }
  }

  /** Stops. Undelivered messages are on disk when this returns. Idempotent. */
  @Override
  public void close() {
    closing.countDown();
    try {
      Thread thread = writer;
      if (thread != null) {
        thread.interrupt();
        thread.join();
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

  private void writeUntilClosed() {
    try {
      while (closing.getCount() > 0) {
        write(inbox.take());
      }
    } catch (InterruptedException e) {
      // The inbox was closed while this waited.
    }
    for (StatusEvent left = inbox.poll(); left != null; left = inbox.poll()) {
      write(left);
    }
  }

  private void write(StatusEvent event) {
    String body = event.json();
    for (WebhookTarget target : targets) {
      write(Delivery.of(body), target);
    }
  }

  /** While the disk is full the inbox fills; only when the inbox is full too is a message lost. */
  private void write(Delivery delivery, WebhookTarget target) {
    boolean told = false;
    while (true) {
      try {
        target.take(delivery);
        return;
      } catch (IOException e) {
        if (!told) {
          LOG.errorf("A message cannot be kept, retrying: %s", e.getMessage());
          told = true;
        }
        if (isClosingWithin(BETWEEN_TRIES)) {
          drop();
          return;
        }
      }
    }
  }

  private boolean isClosingWithin(Duration time) {
    try {
      return closing.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      // Only close() interrupts this thread.
      return true;
    }
  }

  private void drop() {
    counts.wasDropped();
    LOG.error("A webhook message is lost: it could not be kept on disk");
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

  /** Names a target by its host, because the rest of a URL may be a secret. */
  private Path directoryOf(URI url) {
    String host = url.getHost().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "_");
    return settings.directory().resolve(host + "-" + Sha256.hex(url.toString()).substring(0, 8));
  }
}
