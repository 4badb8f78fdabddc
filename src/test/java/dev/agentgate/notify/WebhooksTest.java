package dev.agentgate.notify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.agentgate.queue.Transition;
import dev.agentgate.store.Outbox;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class WebhooksTest {
  private static final String SECRET = "a-secret-that-is-long";

  /** Longer than a loaded machine takes to answer. */
  private static final Duration PATIENT = Duration.ofSeconds(30);

  private static final Duration IMPATIENT = Duration.ofMillis(300);

  @TempDir Path directory;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable it : opened.reversed()) {
      it.close();
    }
  }

  /** What a target was sent. */
  private record Message(
      String event, String delivery, String timestamp, String signature, String body) {
    static Message of(HttpExchange exchange) throws IOException {
      var headers = exchange.getRequestHeaders();
      return new Message(
          headers.getFirst("X-AgentGate-Event"),
          headers.getFirst("X-AgentGate-Delivery"),
          headers.getFirst("X-AgentGate-Timestamp"),
          headers.getFirst("X-AgentGate-Signature"),
          new String(exchange.getRequestBody().readAllBytes(), UTF_8));
    }
  }

  private interface Answer {
    void to(HttpExchange exchange, int number) throws IOException;
  }

  /** A target on loopback. */
  private final class Target {
    final List<Message> messages = new CopyOnWriteArrayList<>();
    final HttpServer server;

    Target(int port, Answer answer) throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      var threads = Executors.newVirtualThreadPerTaskExecutor();
      server.setExecutor(threads);
      server.createContext(
          "/",
          exchange -> {
            int number;
            synchronized (messages) {
              messages.add(Message.of(exchange));
              number = messages.size();
            }
            try (exchange) {
              answer.to(exchange, number);
            }
          });
      server.start();
      opened.add(() -> {
        threads.shutdownNow();
        server.stop(0);
      });
    }

    int port() {
      return server.getAddress().getPort();
    }

    URI url() {
      return URI.create("http://127.0.0.1:" + port() + "/hook?token=t0ken");
    }

    List<String> bodies() {
      return messages.stream().map(Message::body).toList();
    }
  }

  private Target target(Answer answer) throws IOException {
    return new Target(0, answer);
  }

  private static Answer status(int status) {
    return (exchange, _) -> exchange.sendResponseHeaders(status, -1);
  }

  private Webhooks webhooks(URI... urls) {
    return webhooks(3, EnumSet.allOf(WorkOrderStatus.class), urls);
  }

  private Webhooks webhooks(int attempts, Set<WorkOrderStatus> statuses, URI... urls) {
    return webhooks(PATIENT, attempts, statuses, urls);
  }

  private Webhooks webhooks(
      Duration timeout, int attempts, Set<WorkOrderStatus> statuses, URI... urls) {
    Webhooks webhooks =
        new Webhooks(
            new WebhookSettings(
                List.of(urls),
                SECRET,
                statuses,
                timeout,
                attempts,
                Duration.ofMillis(20),
                directory),
            Clock.systemUTC(),
            Outbox.NONE);
    webhooks.open();
    opened.add(webhooks);
    return webhooks;
  }

  private Webhooks webhooks(Outbox outbox, Path files, URI... urls) {
    return webhooks(outbox, files, 1_000_000, PATIENT, urls);
  }

  private Webhooks webhooks(
      Outbox outbox, Path files, int attempts, Duration stopPatience, URI... urls) {
    Webhooks webhooks =
        new Webhooks(
            new WebhookSettings(
                List.of(urls),
                SECRET,
                EnumSet.allOf(WorkOrderStatus.class),
                PATIENT,
                attempts,
                Duration.ofMillis(20),
                files),
            Clock.systemUTC(),
            outbox,
            stopPatience);
    webhooks.open();
    opened.add(webhooks);
    return webhooks;
  }

  private static String tell(Webhooks webhooks) {
    Transition transition = new Transition(Optional.empty(), WorkOrders.queued());
    webhooks.transitioned(transition);
    return transition.event().json();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(it -> it.toString().endsWith(".json")).toList();
    }
  }

  /** Several instances share the store. */
  @Nested
  class SharedStore {
    /** The messages of instances that share a store. */
    private static class SharedMessages {
      private record Kept(String target, String delivery, String owner, String message) {
        Kept by(String instance) {
          return new Kept(target, delivery, instance, message);
        }
      }

      final NavigableMap<Long, Kept> kept = new ConcurrentSkipListMap<>();
      private final Set<String> gone = ConcurrentHashMap.newKeySet();
      private final Set<String> removedFor = ConcurrentHashMap.newKeySet();

      /** How many steps that change something are done without an answer. */
      private final AtomicInteger unanswered = new AtomicInteger();

      /** How many steps failed while the store was down. */
      private final AtomicInteger refused = new AtomicInteger();

      private volatile boolean down;

      private long lastNumber;

      void beforeKeeping() {}

      void takenOverBy(String instance) {
        kept.replaceAll((_, it) -> it.by(instance));
      }

      private void requireUp() {
        if (down) {
          refused.incrementAndGet();
          throw new StoreUnavailableException("The database cannot be reached.");
        }
      }

      private void answer() {
        if (unanswered.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
          throw new StoreUnavailableException("The database cannot be reached.");
        }
      }

      /** Atomic, because each target has a thread of its own. */
      private synchronized long numbered(Kept message) {
        long number =
            kept.entrySet().stream()
                .filter(it -> it.getValue().delivery().equals(message.delivery()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(lastNumber + 1);
        lastNumber = Math.max(lastNumber, number);
        kept.putIfAbsent(number, message);
        return number;
      }

      Outbox of(String instance) {
        return new Outbox() {
          @Override
          public boolean keepsMessages() {
            return true;
          }

          @Override
          public long keep(String target, String delivery, String message) {
            beforeKeeping();
            requireUp();
            long number = numbered(new Kept(target, delivery, instance, message));
            answer();
            return number;
          }

          @Override
          public Optional<String> find(long number) {
            requireUp();
            return Optional.ofNullable(kept.get(number))
                .filter(it -> it.owner().equals(instance))
                .map(Kept::message);
          }

          @Override
          public void remove(long number) {
            requireUp();
            kept.remove(number);
          }

          @Override
          public boolean removeOwn(long number) {
            return find(number).isPresent() && kept.remove(number) != null;
          }

          @Override
          public List<Long> own(String target) {
            requireUp();
            return kept.entrySet().stream()
                .filter(it -> it.getValue().target().equals(target))
                .filter(it -> it.getValue().owner().equals(instance))
                .map(Map.Entry::getKey)
                .toList();
          }

          @Override
          public List<Long> takeOver(String target, int limit) {
            List<Long> before = own(target);
            kept.replaceAll((_, it) -> gone.contains(it.owner()) ? it.by(instance) : it);
            List<Long> taken =
                own(target).stream().filter(number -> !before.contains(number)).toList();
            if (!taken.isEmpty()) {
              answer();
            }
            return taken;
          }

          @Override
          public List<String> abandonedTargets(Set<String> delivered) {
            return List.of();
          }

          @Override
          public int removeAbandoned(Set<String> delivered, Duration age) {
            removedFor.addAll(delivered.isEmpty() ? Set.of("nobody") : delivered);
            return 0;
          }
        };
      }
    }

    @Test
    void theMessagesOfAnInstanceThatIsGoneAreDeliveredByAnotherInTheirOrder() throws Exception {
      AtomicBoolean accepts = new AtomicBoolean();
      Target target =
          target((exchange, _) -> exchange.sendResponseHeaders(accepts.get() ? 204 : 503, -1));
      SharedMessages messages = new SharedMessages();
      List<String> told = new ArrayList<>();
      Webhooks lost = webhooks(messages.of("lost"), directory.resolve("lost"), target.url());
      for (int i = 0; i < 5; i++) {
        told.add(tell(lost));
      }
      await().until(() -> messages.kept.size() == 5 && lost.counts().failed() > 0);
      Webhooks other = webhooks(messages.of("other"), directory.resolve("other"), target.url());
      other.leaseRenewed();
      lost.close();
      assertThat(messages.kept).hasSize(5);
      target.messages.clear();
      messages.gone.add("lost");
      accepts.set(true);

      await()
          .until(() -> {
            other.leaseRenewed();
            return other.counts().delivered() == 5;
          });

      // Once more, if the lost instance was posting it.
      assertThat(target.bodies().stream().distinct()).containsExactlyElementsOf(told);
      await().until(() -> other.counts().pending() == 0);
      assertThat(messages.kept).isEmpty();
    }

    /** Messages that the store is slow to keep; an interrupt breaks its connection. */
    private static final class HeldMessages extends SharedMessages {
      private final CountDownLatch keeping = new CountDownLatch(1);
      private final CountDownLatch mayKeep = new CountDownLatch(1);

      @Override
      void beforeKeeping() {
        keeping.countDown();
        try {
          mayKeep.await();
        } catch (InterruptedException e) {
          throw new StoreUnavailableException("The connection is broken.", e);
        }
      }
    }

    @Test
    void aStopDoesNotDisturbTheKeepingOfAMessage() throws Exception {
      HeldMessages messages = new HeldMessages();
      Target target = target(status(503));
      Webhooks webhooks =
          webhooks(messages.of("one"), directory, 9, Duration.ofMinutes(4), target.url());
      tell(webhooks);
      tell(webhooks);
      messages.keeping.await();
      Thread stop = Thread.ofPlatform().start(webhooks::close);
      await().until(() -> stop.getState() == Thread.State.TIMED_WAITING);

      messages.mayKeep.countDown();
      stop.join();

      assertThat(messages.kept).hasSize(2);
      assertThat(webhooks.counts().dropped()).isZero();
    }

    @Test
    void aStopWritesToDiskWhatTheStoreDoesNotTake() throws Exception {
      HeldMessages messages = new HeldMessages();
      Target target = target(status(204));
      Target another = target(status(204));
      Webhooks before =
          webhooks(
              messages.of("one"), directory, 9, Duration.ofMillis(10), target.url(), another.url());
      List<String> told = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        told.add(tell(before));
      }
      messages.keeping.await();

      before.close();

      assertThat(before.counts().dropped()).isZero();
      assertThat(files()).hasSize(6);
      messages.mayKeep.countDown();
      Webhooks after = webhooks(messages.of("one"), directory, target.url(), another.url());
      await().until(() -> after.counts().delivered() == 6);
      assertThat(target.bodies()).isEqualTo(told);
      assertThat(another.bodies()).isEqualTo(told);
      assertThat(files()).isEmpty();
    }

    @Test
    void aStartDoesNotWaitForTheStoreAndDeliversWhatWasLeftFirst() throws Exception {
      Target target = target(status(204));
      String name = Webhooks.nameOf(target.url());
      DeliverySpool files = new DeliverySpool(directory.resolve(name));
      files.open();
      files.keep(Delivery.of("in a file"));
      SharedMessages messages = new SharedMessages();
      Delivery inStore = Delivery.of("in the store");
      messages.of("one").keep(name, inStore.id(), inStore.toJson());
      messages.down = true;

      Webhooks webhooks = webhooks(messages.of("one"), directory, target.url());
      String told = tell(webhooks);
      await().until(() -> messages.refused.get() > 0);
      assertThat(target.messages).isEmpty();
      messages.down = false;

      await().until(() -> webhooks.counts().delivered() == 3);
      assertThat(target.bodies()).containsExactly("in the store", "in a file", told);
      assertThat(files()).isEmpty();
    }

    @Test
    void aFormerOwnerLeavesAMessageToItsNewOwner() throws Exception {
      SharedMessages messages = new SharedMessages();
      Target target =
          target((exchange, _) -> {
            messages.takenOverBy("another");
            exchange.sendResponseHeaders(503, -1);
          });
      for (int attempts : List.of(1, 1_000_000)) {
        Path files = directory.resolve("attempts-" + attempts);
        target.messages.clear();
        messages.kept.clear();
        Webhooks former = webhooks(messages.of("former"), files, attempts, PATIENT, target.url());
        tell(former);

        await().until(() -> former.counts().failed() == 1 && former.counts().pending() == 0);

        assertThat(target.messages).hasSize(1);
        assertThat(messages.kept).hasSize(1);
        assertThat(former.counts().givenUp()).isZero();
        try (Stream<Path> all = Files.walk(files)) {
          assertThat(all).noneMatch(it -> it.endsWith("given-up.jsonl"));
        }
      }
    }

    @Test
    void aDeliveredMessageIsNotPostedAgainWhileTheStoreIsAway() throws Exception {
      SharedMessages messages = new SharedMessages();
      Target target =
          target((exchange, number) -> {
            messages.down = number == 1;
            exchange.sendResponseHeaders(204, -1);
          });
      Webhooks webhooks = webhooks(messages.of("one"), directory, target.url());
      tell(webhooks);
      await().until(() -> messages.refused.get() > 1);

      messages.down = false;

      await().until(() -> webhooks.counts().delivered() == 1);
      assertThat(target.messages).hasSize(1);
      assertThat(messages.kept).isEmpty();
    }

    @Test
    void aMessageWhoseKeepingWasNotAnsweredIsDeliveredOnceAndInOrder() throws Exception {
      Target target = target(status(204));
      SharedMessages messages = new SharedMessages();
      messages.unanswered.set(1);
      Webhooks webhooks = webhooks(messages.of("one"), directory, target.url());
      List<String> told = List.of(tell(webhooks), tell(webhooks));

      await().until(() -> webhooks.counts().delivered() == 2);

      assertThat(target.bodies()).isEqualTo(told);
      assertThat(messages.kept).isEmpty();
    }

    @Test
    void aTakeoverThatWasNotAnsweredIsNotForgotten() throws Exception {
      AtomicBoolean accepts = new AtomicBoolean();
      Target target =
          target((exchange, _) -> exchange.sendResponseHeaders(accepts.get() ? 204 : 503, -1));
      SharedMessages messages = new SharedMessages();
      Webhooks lost = webhooks(messages.of("lost"), directory.resolve("lost"), target.url());
      String told = tell(lost);
      await().until(() -> messages.kept.size() == 1);
      lost.close();
      Webhooks other = webhooks(messages.of("other"), directory.resolve("other"), target.url());
      tell(other);
      await().until(() -> other.counts().failed() > 0);
      target.messages.clear();
      accepts.set(true);
      messages.gone.add("lost");
      messages.unanswered.set(1);

      await()
          .until(() -> {
            other.leaseRenewed();
            return other.counts().delivered() == 2;
          });

      assertThat(target.bodies()).contains(told);
      assertThat(messages.unanswered).hasValue(0);
      await().until(() -> other.counts().pending() == 0);
    }

    @Test
    void messagesForTargetsThatAreNoLongerConfiguredAreRemoved() {
      SharedMessages messages = new SharedMessages();
      webhooks(messages.of("one"), directory, URI.create("http://127.0.0.1:1/")).leaseRenewed();
      webhooks(messages.of("two"), directory).leaseRenewed();

      await().until(() -> messages.removedFor.size() == 2);

      assertThat(messages.removedFor)
          .contains("nobody")
          .anyMatch(it -> it.startsWith("127.0.0.1-"));
    }

    @Test
    void messagesInFilesGoIntoTheStoreOnceInstancesShareOne() throws Exception {
      AtomicBoolean accepts = new AtomicBoolean();
      Target target =
          target((exchange, _) -> exchange.sendResponseHeaders(accepts.get() ? 204 : 503, -1));
      Webhooks before = webhooks(Outbox.NONE, directory, target.url());
      String told = tell(before);
      await().until(() -> before.counts().failed() > 0);
      before.close();
      assertThat(files()).hasSize(1);
      target.messages.clear();
      accepts.set(true);

      Webhooks after = webhooks(new SharedMessages().of("one"), directory, target.url());
      await().until(() -> after.counts().delivered() == 1);

      assertThat(target.bodies()).containsExactly(told);
      assertThat(files()).isEmpty();
    }
  }

  /** What is posted, and what an answer means. */
  @Nested
  class Posts {
    @Test
    void aMessageIsSignedOverItsTimestampAndItsBody() throws Exception {
      Target target = target(status(204));
      Webhooks webhooks = webhooks(target.url());
      String body = tell(webhooks);
      await().until(() -> webhooks.counts().delivered() == 1);

      Message message = target.messages.getFirst();
      assertThat(message.body()).isEqualTo(body);
      assertThat(message.event()).isEqualTo("work-order");
      assertThat(message.delivery()).hasSize(36);
      assertThat(Long.parseLong(message.timestamp()))
          .isCloseTo(System.currentTimeMillis() / 1000, org.assertj.core.data.Offset.offset(30L));
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
      assertThat(message.signature())
          .isEqualTo(
              "sha256="
                  + HexFormat.of()
                      .formatHex(mac.doFinal((message.timestamp() + "." + body).getBytes(UTF_8))));
      assertThat(webhooks.counts().pending()).isZero();
      assertThat(files()).isEmpty();
    }

    @Test
    void aTargetThatAnswers500GetsTheSameMessageAgainAndThenTheNextOnes() throws IOException {
      Target target =
          target((exchange, number) -> exchange.sendResponseHeaders(number <= 2 ? 500 : 200, -1));
      Webhooks webhooks = webhooks(target.url());
      List<String> told = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        told.add(tell(webhooks));
      }
      await().until(() -> webhooks.counts().delivered() == 20);

      assertThat(webhooks.counts().failed()).isEqualTo(2);
      assertThat(target.messages.subList(0, 3))
          .extracting(Message::delivery)
          .containsOnly(target.messages.getFirst().delivery());
      assertThat(target.bodies().subList(2, 22)).isEqualTo(told);
    }

    @Test
    void aTargetThatAsksToBeLeftAloneIsLeftAloneForThatLong() throws IOException {
      List<Long> calls = new CopyOnWriteArrayList<>();
      Target target =
          target((exchange, number) -> {
            calls.add(System.nanoTime());
            exchange.getResponseHeaders().add("Retry-After", "1");
            exchange.sendResponseHeaders(number == 1 ? 503 : 200, -1);
          });
      Webhooks webhooks = webhooks(target.url());
      tell(webhooks);
      await().until(() -> webhooks.counts().delivered() == 1);

      assertThat(Duration.ofNanos(calls.get(1) - calls.get(0)))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aTargetThatHangsHoldsBackNeitherTheQueueNorOtherTargets() throws IOException {
      CountDownLatch over = new CountDownLatch(1);
      opened.add(over::countDown);
      Target hanging =
          target((_, _) -> {
            try {
              over.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      Target other = target(status(200));
      Webhooks webhooks =
          webhooks(
              IMPATIENT,
              1_000_000,
              EnumSet.allOf(WorkOrderStatus.class),
              hanging.url(),
              other.url());
      long began = System.nanoTime();
      for (int i = 0; i < 500; i++) {
        tell(webhooks);
      }
      Duration took = Duration.ofNanos(System.nanoTime() - began);

      // Had each waited for the target, it would have taken 500 times its timeout.
      assertThat(took).isLessThan(IMPATIENT.multipliedBy(100));
      await().atMost(Duration.ofMinutes(4)).until(() -> Set.copyOf(other.bodies()).size() == 500);
      await().until(() -> webhooks.counts().failed() >= 2);
      assertThat(webhooks.counts().pending()).isGreaterThanOrEqualTo(500);
      assertThat(webhooks.counts().dropped()).isZero();
    }

    @Test
    void aRedirectIsAFailedAttemptAndNotFollowed() throws IOException {
      Target inside = target(status(200));
      Target target =
          target((exchange, _) -> {
            exchange.getResponseHeaders().set("Location", inside.url().toString());
            exchange.sendResponseHeaders(307, -1);
          });
      Webhooks webhooks = webhooks(target.url());
      tell(webhooks);
      await().until(() -> webhooks.counts().givenUp() == 1);

      assertThat(webhooks.counts().failed()).isEqualTo(3);
      assertThat(webhooks.counts().delivered()).isZero();
      assertThat(inside.messages).isEmpty();
    }

    @Test
    void onlyTheChosenStatusesAreTold() throws IOException {
      Target target = target(status(200));
      Webhooks webhooks = webhooks(3, Set.of(WorkOrderStatus.CANCELLED), target.url());
      tell(webhooks);
      WorkOrder cancelled = WorkOrders.queued().cancel(WorkOrders.NOW);
      webhooks.transitioned(new Transition(Optional.of(WorkOrderStatus.QUEUED), cancelled));
      await().until(() -> webhooks.counts().delivered() == 1);

      assertThat(target.bodies()).singleElement().asString().contains(cancelled.id().value());
    }

    @Test
    void anAnswerWithoutEndIsNotRead() throws IOException {
      Target target =
          target((exchange, _) -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] much = new byte[1 << 16];
            try (var out = exchange.getResponseBody()) {
              while (true) {
                out.write(much);
              }
            } catch (IOException e) {
              // The client has hung up.
            }
          });
      Webhooks webhooks = webhooks(target.url());
      tell(webhooks);
      tell(webhooks);
      await().until(() -> webhooks.counts().delivered() == 2);

      assertThat(webhooks.counts().failed()).isZero();
    }
  }

  /** What is on disk. */
  @Nested
  class FilesOfMessages {
    @Test
    void whatWasNotDeliveredIsDeliveredAfterARestart() throws IOException {
      Target down = target(status(500));
      int port = down.port();
      Webhooks before = webhooks(1_000_000, EnumSet.allOf(WorkOrderStatus.class), down.url());
      List<String> told = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        told.add(tell(before));
      }
      await().until(() -> before.counts().failed() >= 2);
      before.close();
      assertThat(files()).hasSize(10);
      String delivery = down.messages.getFirst().delivery();
      down.server.stop(0);

      Target up = new Target(port, status(200));
      Webhooks after = webhooks(up.url());
      String last = tell(after);
      told.add(last);
      await().until(() -> after.counts().delivered() == 11);

      assertThat(up.bodies()).isEqualTo(told);
      assertThat(up.messages.getFirst().delivery()).isEqualTo(delivery);
      assertThat(after.counts().pending()).isZero();
      assertThat(files()).isEmpty();
    }

    @Test
    void aMessageThatIsGivenUpIsWrittenDownAndTheNextOneGoesOut() throws IOException {
      Target target =
          target((exchange, number) -> exchange.sendResponseHeaders(number <= 3 ? 422 : 200, -1));
      Webhooks webhooks = webhooks(target.url());
      String refused = tell(webhooks);
      String taken = tell(webhooks);
      await().until(() -> webhooks.counts().delivered() == 1);

      assertThat(webhooks.counts().givenUp()).isEqualTo(1);
      assertThat(webhooks.counts().pending()).isZero();
      assertThat(target.bodies()).containsExactly(refused, refused, refused, taken);
      try (Stream<Path> all = Files.walk(directory)) {
        Path file = all.filter(it -> it.endsWith("given-up.jsonl")).findFirst().orElseThrow();
        assertThat(Files.readString(file))
            .contains("it answered 422")
            .contains(refused.replace("\"", "\\\""))
            .endsWith("\n");
      }
    }

    @Test
    void aFileThatIsNoMessageIsSetAside() throws IOException {
      Target target = target(status(200));
      webhooks(target.url()).close();
      Path own;
      try (Stream<Path> all = Files.list(directory)) {
        own = all.findFirst().orElseThrow();
      }
      Files.writeString(own.resolve("0000000000000000007.json"), "{\"id\":");
      Webhooks webhooks = webhooks(target.url());
      String told = tell(webhooks);
      await().until(() -> webhooks.counts().delivered() == 1);

      assertThat(target.bodies()).containsExactly(told);
      assertThat(own.resolve("0000000000000000007.json.unreadable")).exists();
      assertThat(webhooks.counts().pending()).isZero();
    }

    @Test
    void noPartOfAUrlButTheHostIsOnDisk() throws IOException {
      Target down = target(status(500));
      Webhooks webhooks = webhooks(down.url());
      tell(webhooks);
      await().until(() -> webhooks.counts().givenUp() == 1);
      webhooks.close();
      try (Stream<Path> all = Files.walk(directory)) {
        for (Path it : all.toList()) {
          assertThat(it.toString()).doesNotContain("t0ken");
          if (Files.isRegularFile(it)) {
            assertThat(Files.readString(it)).doesNotContain("t0ken");
          }
        }
      }
    }
  }
}
