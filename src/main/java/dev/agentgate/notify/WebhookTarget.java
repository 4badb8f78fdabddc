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
import java.util.concurrent.BlockingQueue;
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

  /** Starts with what an earlier process of the service left. */
  void open() throws IOException {
    List<Long> left = spool.open();
    if (!left.isEmpty()) {
      LOG.infof("%d messages for %s are still to be delivered", left.size(), url.getHost());
    }
    counts.found(left.size());
    waiting.addAll(left);
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
    long number = spool.keep(delivery);
    counts.kept();
    waiting.add(number);
  }

  /** Takes over the messages of instances of the service that are gone. */
  void takeOver() throws IOException {
    List<Long> taken = spool.takeOver(MOST_WAITING - Math.min(MOST_WAITING, waiting.size()));
    if (!taken.isEmpty()) {
      LOG.warnf("Took over %d messages for %s from other instances", taken.size(), url.getHost());
      counts.found(taken.size());
      waiting.addAll(taken);
    }
  }

  /** Stops at once; undelivered messages are kept. */
  void close() throws InterruptedException {
    Thread thread = deliverer;
    if (thread != null) {
      thread.interrupt();
      thread.join();
    }
  }

  private void deliverUntilClosed() {
    try {
      while (true) {
        long number = waiting.take();
        while (!deliverOrGiveUp(number)) {
          Thread.sleep(LONGEST_BACKOFF);
        }
      }
    } catch (InterruptedException e) {
      LOG.debugf("No more messages go to %s", url.getHost());
    }
  }

  /** Delivers a message or gives it up; false if its files cannot be read or written now. */
  private boolean deliverOrGiveUp(long number) throws InterruptedException {
    try {
      Delivery delivery = spool.read(number);
      if (delivery == null) {
        if (spool.setAside(number)) {
          LOG.errorf("Message %d for %s cannot be read and is set aside", number, url.getHost());
          counts.wasGivenUp();
        } else {
          LOG.infof("Message %d for %s was removed or taken over", number, url.getHost());
          counts.left();
        }
        return true;
      }
      Optional<String> failure = deliver(delivery);
      if (failure.isEmpty()) {
        spool.remove(number);
        counts.wasDelivered();
        return true;
      }
      LOG.errorf(
          "Message %s for %s is given up after %d attempts: %s",
          delivery.id(), url.getHost(), settings.maxAttempts(), failure.get());
      givenUp.add(delivery, clock.instant(), failure.get());
      spool.remove(number);
      counts.wasGivenUp();
      return true;
    } catch (IOException | RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      LOG.errorf(e, "A message for %s is stuck; retrying", url.getHost());
      return false;
    }
  }

  /**
   * Retries until the message is delivered.
   *
   * @return the reason of the last failure, if all attempts failed
   */
  private Optional<String> deliver(Delivery delivery) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      Optional<Refusal> refusal = post(delivery);
      if (refusal.isEmpty()) {
        if (failing) {
          failing = false;
          LOG.infof("%s takes messages again", url.getHost());
        }
        return Optional.empty();
      }
      counts.attemptFailed();
      if (!failing) {
        failing = true;
        LOG.warnf("A message was not delivered to %s: %s", url.getHost(), refusal.get().reason());
      }
      if (attempt >= settings.maxAttempts()) {
        return refusal.map(Refusal::reason);
      }
      Duration asked = refusal.get().retryAfter();
      Duration pause = backoff.after(attempt);
      Thread.sleep(asked.compareTo(pause) > 0 ? asked : pause);
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
    } catch (IOException e) {
      String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return Optional.of(new Refusal(reason, Duration.ZERO));
    }
  }
}
