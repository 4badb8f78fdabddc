package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.it.Client.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that take everything the service has cost no run, and it answers again afterwards. */
class ShortageIT {
  private static final int FLOOD = 330;
  private static final String KEY = "shortage-key-0123456789";

  @TempDir Path home;

  @Test
  void moreConnectionsThanDescriptorsCostNoRunAndNoAnswer() throws Exception {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/prlimit"))).as("prlimit is installed").isTrue();
    try (Service service = Service.in(home).withDescriptors(300)) {
      service.start();
      String runs = service.client().submit("while sleep 0.1; do echo on; done");
      service.client().awaitLog(runs, "on");

      List<Socket> flood =
          flood(service.port(), "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
      try {
        assertThat(service.metric("agentgate_connections_refused_total")).isPositive();
        assertThat(service.probe("/q/health/live").status()).isEqualTo(200);
        assertThat(service.metric("agentgate_descriptors_open"))
            .isLessThan(service.metric("agentgate_descriptors_max") - 32);
      } finally {
        closeAll(flood);
      }

      await("the API to answer again")
          .atMost(Duration.ofMinutes(2))
          .ignoreExceptions()
          .until(() -> service.client().status(runs).equals("running"));
      String next = service.client().submit("echo done");
      assertThat(service.client().awaitEnd(next).path("status").asText()).isEqualTo("completed");
      assertThat(service.client().order(runs).path("attempt").asInt()).isEqualTo(1);
      assertThat(service.client().status(runs)).isEqualTo("running");
    }
  }

  @Test
  void connectionsWithoutAKeyMakeRoomForThoseWithOne() throws Exception {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/prlimit"))).as("prlimit is installed").isTrue();
    try (Service service =
        Service.in(home).withDescriptors(300).with("AGENTGATE_AUTH_API_KEY", KEY)) {
      service.start();
      Client client = service.client().withKey(KEY);
      List<Socket> known = new ArrayList<>();
      List<Socket> strangers = List.of();
      try {
        known.add(
            connect(
                service.port(),
                "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nX-API-Key: "
                    + KEY
                    + "\r\n\r\n"));
        assertThat(readUntil(known.getFirst(), "id: ")).contains("200 OK");
        // Each is answered, with or without success, and stays open.
        strangers = flood(service.port(), "GET /q/openapi HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(service.metric("agentgate_connections_refused_total")).isPositive();

        for (int i = 0; i < 5; i++) {
          known.add(
              connect(
                  service.port(),
                  "GET /api/v1/queue/health HTTP/1.1\r\nHost: localhost\r\nX-API-Key: "
                      + KEY
                      + "\r\n\r\n"));
          assertThat(readUntil(known.getLast(), "blockedBy")).contains("200 OK");
        }
        String order = client.submit("true");
        assertThat(client.awaitEnd(order).path("status").asText()).isEqualTo("completed");
        assertThat(readUntil(known.getFirst(), order)).contains(order);
      } finally {
        closeAll(known);
        closeAll(strangers);
      }
    }
  }

  @Test
  void aServiceThatWasNeverAskedBeforeAnswersAfterABurst() throws Exception {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/prlimit"))).as("prlimit is installed").isTrue();
    try (Service service = Service.in(home).withDescriptors(300)) {
      service.startUnasked();
      closeAll(flood(service.port(), "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
      await("the API to answer")
          .ignoreExceptions()
          .until(() -> service.client().get("/queue/health").status() == 200);
      String order = service.client().submit("true");
      assertThat(service.client().awaitEnd(order).path("status").asText()).isEqualTo("completed");
    }
  }

  @Test
  void aCancelDuringAShortageIsRefusedForNowAndMayBeRepeated() throws Exception {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/prlimit"))).as("prlimit is installed").isTrue();
    try (Service service = Service.in(home).withDescriptors(4096)) {
      service.start();
      Client client = service.client();
      String order = client.submit("echo began; sleep 300");
      client.awaitLog(order, "began");
      String run = client.order(order).path("currentRunId").asText();

      // No number below is ever free; a higher one may be, once a connection is closed.
      limitDescriptors(service, 3);
      try {
        for (Answer answer :
            List.of(
                client.post("/work-orders/" + order + "/cancel"),
                client.get("/runs/" + run + "/log"))) {
          assertThat(answer.status()).as(answer.text()).isEqualTo(503);
          assertThat(answer.raw().headers().firstValue("Retry-After")).isPresent();
        }
      } finally {
        limitDescriptors(service, 4096);
      }
      // The first one may have been noted, and was then carried out.
      assertThat(client.post("/work-orders/" + order + "/cancel").status()).isIn(200, 409);
      client.awaitStatus(order, "cancelled");
      assertThat(service.processes()).isEmpty();
    }
  }

  @Test
  void aShortageThatHidesWhatAnAgentSaysEndsNoRun() throws Exception {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/prlimit"))).as("prlimit is installed").isTrue();
    try (Service service =
        Service.in(home)
            .withDescriptors(4096)
            .with("AGENTGATE_AGENTS_CLAUDE_CODE_COMMAND", "sh,{promptFile}")) {
      service.start();
      Client client = service.client();
      Path go = service.outside("go");
      String said =
          "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"Done\"}";
      String order =
          client.submit(
              "echo began; until [ -e " + go + " ]; do sleep 0.1; done; echo '" + said + "'",
              body -> body.put("agentType", "claude-code"));
      client.awaitLog(order, "began");

      limitDescriptors(service, 3);
      try {
        await("a look of the supervisor to fail")
            .until(() -> service.said().contains("lacks the resources to inspect"));
      } finally {
        limitDescriptors(service, 4096);
      }
      assertThat(client.status(order)).isEqualTo("running");
      Files.createFile(go);

      JsonNode ended = client.awaitEnd(order);
      assertThat(ended.path("status").asText()).as(ended.toString()).isEqualTo("completed");
      assertThat(ended.path("attempt").asInt()).isEqualTo(1);
      assertThat(ended.path("result").asText()).isEqualTo("Done");
    }
  }

  /** Sets the limit of a running service. Descriptors that are open stay open. */
  private static void limitDescriptors(Service service, int most) {
    Service.run("prlimit", "--pid", Long.toString(service.pid()), "--nofile=" + most + ":");
  }

  @Test
  void connectionsThatNeverSendARequestAreClosed() throws Exception {
    try (Service service = Service.in(home)) {
      service.start();
      List<Socket> silent = new ArrayList<>();
      try {
        for (String sent : List.of("", "\r\n", "GET /api/v1/queue/health HTTP/1.1\r\nHost: lo")) {
          silent.add(connect(service.port(), sent));
        }
        Socket stream =
            connect(service.port(), "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        silent.add(stream);

        for (Socket socket : silent.subList(0, 3)) {
          socket.setSoTimeout(120_000);
          assertThat(socket.getInputStream().readAllBytes())
              .as("closed, perhaps with a 4xx")
              .hasSizeLessThan(2_000);
        }
        String order = service.client().submit("true");
        stream.setSoTimeout(120_000);
        assertThat(readUntil(stream, order)).contains(order);
      } finally {
        closeAll(silent);
      }
    }
  }

  private static String readUntil(Socket stream, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    byte[] buffer = new byte[8192];
    while (read.indexOf(text) < 0) {
      int length = stream.getInputStream().read(buffer);
      assertThat(length).as("the stream goes on; so far: " + read).isPositive();
      read.append(new String(buffer, 0, length, StandardCharsets.UTF_8));
    }
    return read.toString();
  }

  private static List<Socket> flood(int port, String request) {
    List<Socket> sockets = new ArrayList<>();
    for (int number = 0; number < FLOOD; number++) {
      try {
        sockets.add(connect(port, request));
      } catch (IOException e) {
        // It was closed at once.
      }
    }
    return sockets;
  }

  private static Socket connect(int port, String request) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
    OutputStream out = socket.getOutputStream();
    out.write(request.getBytes(StandardCharsets.US_ASCII));
    out.flush();
    return socket;
  }

  private static void closeAll(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
