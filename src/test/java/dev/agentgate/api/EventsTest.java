package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stream of events as a client sees it, from a service that runs orders. */
@QuarkusTest
@Tag("application")
@Timeout(300)
class EventsTest {
  private static final int MANY = 1_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestHTTPResource("/api/v1/events")
  URI events = URI.create("http://localhost");

  /** An event as a browser would dispatch it, or only an id. */
  private record Event(String id, String name, String data) {
    String field(String name) {
      try {
        JsonNode node = JSON.readTree(data);
        return node.path(name).asText();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Reads a stream of events as the standard says. */
  private static final class Listener implements AutoCloseable {
    private final InputStream body;
    private final BufferedReader lines;
    private String id = "";

    Listener(URI url, Optional<String> lastEventId) throws IOException, InterruptedException {
      HttpRequest.Builder request = HttpRequest.newBuilder(url);
      lastEventId.ifPresent(it -> request.header("Last-Event-ID", it));
      HttpResponse<InputStream> response =
          HttpClient.newHttpClient()
              .send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/event-stream");
      body = response.body();
      lines =
          new BufferedReader(new InputStreamReader(body, java.nio.charset.StandardCharsets.UTF_8));
    }

    /** The id to resume from before any event came. */
    String position() throws IOException {
      while (id.isEmpty()) {
        line(lines.readLine());
      }
      return id;
    }

    Event next() throws IOException {
      String name = "";
      StringBuilder data = new StringBuilder();
      while (true) {
        String line = lines.readLine();
        if (line.isEmpty()) {
          if (!data.isEmpty()) {
            return new Event(id, name, data.toString());
          }
        } else if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("data: ")) {
          data.append(line.substring(6));
        } else {
          line(line);
        }
      }
    }

    /** The next one of an order; others are skipped. */
    Event next(String workOrder) throws IOException {
      while (true) {
        Event event = next();
        if (event.field("workOrderId").equals(workOrder)) {
          return event;
        }
      }
    }

    private void line(String line) {
      if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else {
        assertThat(line).isIn(":", "");
      }
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  private Listener listen(String query) throws IOException, InterruptedException {
    return new Listener(URI.create(events + query), Optional.empty());
  }

  private Listener resume(String query, String id) throws IOException, InterruptedException {
    return new Listener(URI.create(events + query), Optional.of(id));
  }

  private static String submit(String script) {
    return given()
        .contentType("application/json")
        .body(
            "{\"taskPrompt\":\"%s\",\"agentType\":\"shell\",\"workspaceSource\":{\"type\":\"empty\"}}"
                .formatted(script))
        .post("/api/v1/work-orders")
        .then()
        .statusCode(201)
        .extract()
        .path("id");
  }

  @Test
  void everyChangeOfAnOrderIsToldInItsOrder() throws Exception {
    try (Listener listener = listen("")) {
      listener.position();
      String id = submit("exit 3");
      Event queued = listener.next(id);
      Event running = listener.next(id);
      Event failed = listener.next(id);

      assertThat(List.of(queued, running, failed))
          .extracting(Event::name)
          .containsOnly("work-order");
      assertThat(queued.field("status")).isEqualTo("queued");
      assertThat(queued.data()).doesNotContain("previousStatus", "runId", "failureReason");
      assertThat(running.field("status")).isEqualTo("running");
      assertThat(running.field("previousStatus")).isEqualTo("queued");
      assertThat(running.field("attempt")).isEqualTo("1");
      assertThat(failed.field("status")).isEqualTo("failed");
      assertThat(failed.field("failureReason")).isEqualTo("exit_code");
      assertThat(failed.field("runId")).startsWith("run_").isEqualTo(running.field("runId"));
      assertThat(failed.field("at")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
      given().get("/api/v1/work-orders/" + id).then().body("updatedAt", is(failed.field("at")));
    }
  }

  @Test
  void aClientThatWasCutOffMissesNothingAndSeesNothingTwice() throws Exception {
    String id;
    Event queued;
    try (Listener listener = listen("")) {
      listener.position();
      id = submit("true");
      queued = listener.next(id);
    }
    try (Listener whole = resume("?workOrderId=" + id, queued.id())) {
      assertThat(whole.next().field("status")).isEqualTo("running");
      Event completed = whole.next();
      assertThat(completed.field("status")).isEqualTo("completed");
      String other = submit("true");
      try (Listener rest = resume("", completed.id())) {
        assertThat(rest.next(other).field("status")).isEqualTo("queued");
      }
    }
  }

  @Test
  void aClientCutOffBeforeTheFirstEventResumesFromTheIdItGotAtTheStart() throws Exception {
    String start;
    try (Listener listener = listen("")) {
      start = listener.position();
    }
    String id = submit("true");
    try (Listener listener = resume("", start)) {
      assertThat(listener.next(id).field("status")).isEqualTo("queued");
    }
  }

  @Test
  void aFilteredStreamHasNoOtherOrder() throws Exception {
    String mine = submit("sleep 60");
    try (Listener listener = listen("?workOrderId=" + mine)) {
      listener.position();
      submit("true");
      given().post("/api/v1/work-orders/" + mine + "/cancel").then().statusCode(200);
      Event event = listener.next();
      while (!event.field("status").equals("cancelled")) {
        assertThat(event.field("workOrderId")).isEqualTo(mine);
        event = listener.next();
      }
      assertThat(event.field("workOrderId")).isEqualTo(mine);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1k3v9x0c2m4q5-42", "42", "nonsense"})
  void anIdOfAnEarlierServiceIsAnsweredWithAResetAndThenItGoesOn(String stale) throws Exception {
    try (Listener listener = resume("", stale)) {
      Event reset = listener.next();
      assertThat(reset.name()).isEqualTo("reset");
      assertThat(reset.data()).isEqualTo("{}");
      String id = submit("true");
      assertThat(listener.next(id).field("status")).isEqualTo("queued");
      try (Listener again = resume("", reset.id())) {
        assertThat(again.next(id).field("status")).isEqualTo("queued");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"?workOrderId=42", "?workOrderId=../etc", "?workOrderId=a&workOrderId=b"})
  void aMalformedFilterIsRefused(String query) {
    given()
        .urlEncodingEnabled(false)
        .get("/api/v1/events" + query)
        .then()
        .statusCode(400)
        .contentType("application/problem+json");
  }

  @Test
  void aHeadIsAnsweredWithoutABody() {
    given().head("/api/v1/events").then().statusCode(200).contentType("text/event-stream");
  }

  @Test
  void aThousandIdleListenersNeedNoThreadsAndLittleMemoryAndAllAreTold() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try {
      connect(sockets, 50);
      int threadsBefore = ManagementFactory.getThreadMXBean().getThreadCount();
      long memoryBefore = usedMemory();
      connect(sockets, MANY);
      int threads = ManagementFactory.getThreadMXBean().getThreadCount() - threadsBefore;
      long each = (usedMemory() - memoryBefore) / MANY;
      String id = submit("true");
      for (Socket socket : sockets) {
        readUntil(socket, id);
      }

      assertThat(threads).isLessThan(50);
      assertThat(each).isLessThan(64 * 1024);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private void connect(List<Socket> sockets, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      Socket socket = new Socket(events.getHost(), events.getPort());
      sockets.add(socket);
      socket.setSoTimeout(120_000);
      socket
          .getOutputStream()
          .write(
              ("GET "
                      + events.getPath()
                      + " HTTP/1.1\r\nHost: "
                      + events.getAuthority()
                      + "\r\n\r\n")
                  .getBytes(US_ASCII));
    }
    for (Socket socket : sockets.subList(sockets.size() - count, sockets.size())) {
      readUntil(socket, "\nid: ");
    }
  }

  private static void readUntil(Socket socket, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[512];
    while (read.indexOf(text) < 0) {
      int count = in.read(buffer);
      assertThat(count).as("the stream goes on").isPositive();
      read.append(new String(buffer, 0, count, US_ASCII));
    }
  }

  private static long usedMemory() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
