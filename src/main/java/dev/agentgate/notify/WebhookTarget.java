package dev.agentgate.notify;

import dev.agentgate.queue.StatusEvent;
import dev.agentgate.workorder.Backoff;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.PriorityBlockingQueue;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Posts the messages for one target, one at a time and in order, on a virtual thread of its own. A
 * message that fails is retried with growing pauses and given up in the end, so that a target that
 * refuses one message still gets those that follow.
 */
final class WebhookTarget {
  private static final Logger LOG = Logger.getLogger(WebhookTarget.class);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(1);

  /** The most messages that are kept for a target; any beyond that are given up at once. */
  private static final int MOST_WAITING = 10_000;

  private final URI url;
  private final WebhookSettings settings;
  private final WebhookSignature signature;
  private final Spool spool;
  private final GivenUp givenUp;
  private final WebhookCounts counts;
  private final HttpClient client;
  private final Clock clock;
  private final Backoff backoff;

  /** The numbers of the messages, the oldest first: messages that are taken over are older. */
  private final BlockingQueue<Long> waiting = new PriorityBlockingQueue<>();

  /** The numbers that are waiting or being delivered. */
  private final Set<Long> known = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;
  private boolean failing;
  private @Nullable Thread deliverer;

  WebhookTarget(
      URI url,
      WebhookSettings settings,
      Spool spool,
      GivenUp givenUp,
      WebhookCounts counts,
      HttpClient client,
      Clock clock) {
    this.url = url;
    this.settings = settings;
    this.signature = new WebhookSignature(settings.secret());
    this.spool = spool;
    this.givenUp = givenUp;
    this.counts = counts;
    this.client = client;
    this.clock = clock;
    this.backoff = new Backoff(settings.firstBackoff(), LONGEST_BACKOFF);
  }

  /** Starts with what an earlier process of the service left. Does not wait for the store. */
  void open() throws IOException {
    spool.open();
    deliverer = Thread.ofVirtual().name("webhook").start(this::deliverUntilClosed);
  }

  /** Keeps a message until it is delivered. */
  void take(Delivery delivery) throws IOException {
    if (waiting.size() >= MOST_WAITING) {
      givenUp.add(delivery, clock.instant(), MOST_WAITING + " messages are already waiting");
      counts.kept();
      counts.wasGivenUp();
      return;
    }
    int _ = add(List.of(spool.keep(delivery)));
  }

  /** Keeps a message on this machine until the next start. Nothing may be taken after that. */
  void takeForNextStart(Delivery delivery) throws IOException {
    spool.keepForNextStart(delivery);
    counts.kept();
  }

  /**
   * Takes over the messages of instances of the service that are gone, and finds those of this
   * instance that it does not know of.
   */
  void takeOver() throws IOException {
    int _ = add(spool.takeOver(MOST_WAITING - Math.min(MOST_WAITING, waiting.size())));
  }

  /** Returns how many of the messages were not known. */
  private int add(List<Long> numbers) {
    int added = 0;
    for (long number : numbers) {
      if (known.add(number)) {
        counts.kept();
        waiting.add(number);
        added++;
      }
    }
    return added;
  }

  /** Stops at once; undelivered messages are kept. */
  void close() throws InterruptedException {
    closed = true;
    Thread thread = deliverer;
    if (thread != null) {
      thread.interrupt();
      thread.join();
    }
  }

  private void deliverUntilClosed() {
    try {
      // Before any other message: what was left is older.
      int left = add(patiently(spool::load));
      if (left > 0) {
        LOG.infof("%d messages for %s are still to be delivered", left, url.getHost());
      }
      while (true) {
        long number = waiting.take();
        deliverOrGiveUp(number);
        known.remove(number);
      }
    } catch (InterruptedException e) {
      LOG.debugf("The delivery to %s has stopped", url.getHost());
    }
  }

  /** What is done with the spool. */
  private interface Step<T> {
    T run() throws IOException;
  }

  /** Repeats a step until it succeeds. */
  private <T> T patiently(Step<T> step) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return step.run();
      } catch (IOException | RuntimeException e) {
        if (closed) {
          throw new InterruptedException();
        }
        if (attempt == 1) {
          LOG.errorf(e, "The messages for %s are stuck; retrying", url.getHost());
        }
        Thread.sleep(backoff.after(attempt));
      }
    }
  }

  /**
   * Retries until the message is delivered, or until it is given up. Reads it before each attempt:
   * another instance may have taken it over meanwhile.
   */
  private void deliverOrGiveUp(long number) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      // Optional, because a step returns something.
      Optional<Delivery> delivery = patiently(() -> Optional.ofNullable(spool.read(number)));
      if (delivery.isEmpty()) {
        leave(number);
        return;
      }
      Optional<Refusal> refusal = post(delivery.get());
      if (refusal.isEmpty()) {
        boolean _ =
            patiently(() -> {
              spool.remove(number);
              return true;
            });
        counts.wasDelivered();
        if (failing) {
          failing = false;
          LOG.infof("%s accepts messages again", url.getHost());
        }
        return;
      }
      counts.attemptFailed();
      String reason = refusal.get().reason();
      if (!failing) {
        failing = true;
        LOG.warnf("A message was not delivered to %s: %s", url.getHost(), reason);
      }
      if (attempt >= settings.maxAttempts()) {
        giveUp(number, reason);
        return;
      }
      Duration asked = refusal.get().retryAfter();
      Duration pause = backoff.after(attempt);
      Thread.sleep(asked.compareTo(pause) > 0 ? asked : pause);
    }
  }

  private void leave(long number) throws InterruptedException {
    if (patiently(() -> spool.setAside(number))) {
      LOG.errorf("Message %d for %s cannot be read and is set aside", number, url.getHost());
      counts.wasGivenUp();
    } else {
      LOG.debugf("Message %d for %s was removed or taken over", number, url.getHost());
      counts.left();
    }
  }

  private void giveUp(long number, String reason) throws InterruptedException {
    boolean own =
        patiently(() -> {
          Delivery delivery = spool.read(number);
          if (delivery == null) {
            return false;
          }
          // First: a crash in between loses nothing.
          givenUp.add(delivery, clock.instant(), reason);
          LOG.errorf(
              "Message %s for %s is given up after %d attempts: %s",
              delivery.id(), url.getHost(), settings.maxAttempts(), reason);
          return spool.giveUp(number);
        });
    if (own) {
      counts.wasGivenUp();
    } else {
      counts.left();
    }
  }

  /**
   * The reason an attempt failed.
   *
   * @param retryAfter how long the target asks to be left alone; zero if it does not ask
   */
  private record Refusal(String reason, Duration retryAfter) {}

  private Optional<Refusal> post(Delivery delivery) throws InterruptedException {
    long timestamp = clock.instant().getEpochSecond();
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .timeout(settings.timeout())
            .header("Content-Type", "application/json")
            .header("User-Agent", "AgentGate")
            .header("X-AgentGate-Event", StatusEvent.NAME)
            .header("X-AgentGate-Delivery", delivery.id())
            .header("X-AgentGate-Timestamp", Long.toString(timestamp))
            .header("X-AgentGate-Signature", signature.of(timestamp, delivery.body()))
            .POST(HttpRequest.BodyPublishers.ofString(delivery.body()))
            .build();
    try {
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      // Nobody reads the body, and it may never end.
      response.body().close();
      int status = response.statusCode();
      return status >= 200 && status < 300
          ? Optional.empty()
          : Optional.of(
              new Refusal(
                  "it answered " + status, RetryAfter.of(status, response.headers(), clock)));
    } catch (IOException | RuntimeException e) {
      String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return Optional.of(new Refusal(reason, Duration.ZERO));
    }
  }
}
