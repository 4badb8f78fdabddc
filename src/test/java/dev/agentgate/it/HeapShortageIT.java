package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.it.Client.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Far more and larger bodies at once than the heap could hold. */
@Timeout(600)
class HeapShortageIT {
  private static final int CLIENTS = 300;
  private static final int OUT_OF_MEMORY = 3;

  /** A prompt that is large for its length: each character takes twelve bytes. */
  private static final String PROMPT = "true #" + "\\ud83d\\ude00".repeat(130_000);

  private static final List<byte[]> BODIES = List.of(body(1_600_000), body(4_100_000));

  @TempDir Path home;

  private final Collection<String> acknowledged = new ConcurrentLinkedQueue<>();
  private final Collection<Answer> refused = new ConcurrentLinkedQueue<>();
  private final Collection<Exception> unanswered = new ConcurrentLinkedQueue<>();

  private static byte[] body(int length) {
    String json =
        """
        {"taskPrompt": "%s", "agentType": "shell", "workspaceSource": {"type": "empty"}}\
        """
            .formatted(PROMPT);
    return (json + " ".repeat(length - json.length())).getBytes(StandardCharsets.US_ASCII);
  }

  private Service service(String heap) {
    return Service.in(home).withJavaOptions(heap, "-XX:+ExitOnOutOfMemoryError");
  }

  /** All at once; comes back when the last is answered. */
  private void flood(Client client) throws Exception {
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        byte[] body = BODIES.get(i % BODIES.size());
        ends.add(clients.submit(() -> submit(client, body)));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    }
  }

  private void submit(Client client, byte[] body) {
    try {
      Answer answer =
          client.call(
              "POST",
              "/api/v1/work-orders",
              BodyPublishers.ofByteArray(body),
              "Content-Type",
              "application/json");
      if (answer.status() == 201) {
        acknowledged.add(id(answer));
      } else {
        refused.add(answer);
      }
    } catch (UncheckedIOException e) {
      unanswered.add(e);
    }
  }

  private static String id(Answer answer) {
    return answer.raw().headers().firstValue("Location").orElseThrow().replaceAll(".*/", "");
  }

  private void assertRefusedForNow() {
    assertThat(refused)
        .allSatisfy(answer -> {
          assertThat(answer.status()).as(answer.text()).isEqualTo(503);
          assertThat(answer.raw().headers().firstValue("Retry-After")).isPresent();
        });
  }

  /** A client that was refused while it sent its body is told so as well. */
  private void assertEveryoneWasAnswered(Service service) {
    assertThat(service.metric("agentgate_connections_refused_total"))
        .as("connections beyond the bound, which get no answer")
        .isZero();
    assertThat(unanswered).isEmpty();
    assertThat(acknowledged.size() + refused.size()).isEqualTo(CLIENTS);
  }

  private void assertAllThere(Client client) {
    assertThat(acknowledged)
        .allSatisfy(id -> assertThat(client.get("/work-orders/" + id).status()).isEqualTo(200));
  }

  private static void assertGoesOn(Service service) {
    String next = service.client().submit("true", body -> body.put("priority", 100));
    JsonNode order = service.client().awaitEnd(next);
    assertThat(order.path("status").asText()).isEqualTo("completed");
    assertThat(service.probe("/q/health/live").status()).isEqualTo(200);
    assertThat(service.said()).doesNotContain("OutOfMemoryError", "died");
  }

  @Test
  void whatTheHeapCannotHoldIsRefusedForNow() throws Exception {
    try (Service service = service("-Xmx512m")) {
      service.start();
      flood(service.client());
      assertRefusedForNow();
      assertEveryoneWasAnswered(service);
      assertThat(acknowledged).isNotEmpty();
      assertGoesOn(service);
      assertAllThere(service.client());
      System.out.printf("512m: %d taken, %d refused%n", acknowledged.size(), refused.size());
    }
  }

  @Test
  void aHeapThatIsTooSmallEndsTheServiceOrNothingAtAll() throws Exception {
    try (Service service = service("-Xmx128m")) {
      service.start();
      flood(service.client());
      assertRefusedForNow();
      await("the service to have ended, or to answer and to say so")
          .atMost(Duration.ofMinutes(2))
          .ignoreExceptions()
          .until(() ->
              !service.isAlive()
                  || service.client().get("/queue/health").status()
                          + service.probe("/q/health/live").status()
                      == 400);
      if (service.isAlive()) {
        assertEveryoneWasAnswered(service);
        assertGoesOn(service);
        service.terminate();
        assertThat(service.awaitExit()).isEqualTo(143);
      } else {
        assertThat(service.awaitExit()).isEqualTo(OUT_OF_MEMORY);
      }
      service.start();
      assertAllThere(service.client());
      System.out.printf("128m: %d taken, %d refused%n", acknowledged.size(), refused.size());
    }
  }

  /** Each says that it sends a large body, and then sends only its beginning. */
  @Test
  void bodiesThatDoNotArriveLockNobodyOut() throws Exception {
    List<Socket> stalled = new ArrayList<>();
    try (Service service = service("-Xmx512m")) {
      service.start();
      String running = service.client().submit("echo began; sleep 300");
      service.client().awaitLog(running, "began");
      try {
        do {
          assertThat(stalled).hasSizeLessThan(100);
          stalled.add(stall(service.port()));
        } while (!largeBodyIsRefused(service));

        String next = service.client().submit("true");
        assertThat(service.client().awaitEnd(next).path("status").asText()).isEqualTo("completed");
        Answer cancelled =
            service
                .client()
                .call(
                    "POST",
                    "/api/v1/work-orders/" + running + "/cancel",
                    BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[2])),
                    "Content-Type",
                    "application/json");
        assertThat(cancelled.status()).as(cancelled.text()).isEqualTo(200);
      } finally {
        for (Socket socket : stalled) {
          socket.close();
        }
      }
      await("the room of clients that are gone").until(() -> !largeBodyIsRefused(service));
    }
  }

  /**
   * Orders, lists, logs and streams, each for clients that ask and then read nothing. Their
   * connections take little, so what is sent stays with the service.
   */
  @Test
  void answersThatNobodyReadsLockNobodyOut() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try (Service service = service("-Xmx256m")) {
      service.start();
      Client client = service.client();
      submit(client, BODIES.getFirst());
      String large = acknowledged.iterator().next();
      client.awaitEnd(large);
      String small = client.submit("head -c 2000000 /dev/zero | tr '\\0' x | fold -w 100");
      client.awaitEnd(small);
      String log = "/runs/" + client.order(small).path("currentRunId").asText() + "/log";
      List<String> paths =
          List.of("/work-orders/" + large, "/work-orders?limit=100", log, log + "/stream");
      try {
        for (int i = 0; i < CLIENTS; i++) {
          silent.add(ask(service.port(), paths.get(i % paths.size())));
        }
        List<Integer> statuses = new ArrayList<>();
        for (Socket socket : silent) {
          statuses.add(status(socket));
        }
        assertThat(statuses).containsOnly(200, 503).contains(200, 503);
        for (String path : List.of("/queue/health", "/work-orders/" + small)) {
          assertThat(client.get(path).status()).as(path).isEqualTo(200);
        }
        assertGoesOn(service);
        // They read nothing, so they are dropped, and the room for their answers is free again.
        for (String path : paths.subList(0, 3)) {
          await(path).atMost(Duration.ofMinutes(3)).until(() -> client.get(path).status() == 200);
        }
        assertThat(client.get(paths.getLast()).text()).contains("event: end");
      } finally {
        for (Socket socket : silent) {
          socket.close();
        }
      }
    }
  }

  private static Socket ask(int port, String path) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    String head = "GET /api/v1" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Reads no more than the status line's number. */
  private static int status(Socket socket) throws IOException {
    String begun =
        new String(
            socket.getInputStream().readNBytes("HTTP/1.1 200".length()), StandardCharsets.US_ASCII);
    return Integer.parseInt(begun.substring("HTTP/1.1 ".length()));
  }

  private static Socket stall(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    String head =
        "POST /api/v1/work-orders HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Type: application/json\r\nContent-Length: 4000000\r\n\r\n{";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static boolean largeBodyIsRefused(Service service) {
    Answer answer =
        service
            .client()
            .call(
                "POST",
                "/api/v1/work-orders",
                BodyPublishers.ofString("?" + " ".repeat(4_000_000)),
                "Content-Type",
                "application/json");
    assertThat(answer.status()).as(answer.text()).isIn(400, 503);
    return answer.status() == 503;
  }
}
