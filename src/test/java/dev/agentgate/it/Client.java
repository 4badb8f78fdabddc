package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** A client of the API that knows nothing of the service but its contract. */
final class Client {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final HttpClient http;
  private final URI root;
  private final String authorization;

  Client(int port) {
    this(URI.create("http://127.0.0.1:" + port), HttpClient.newBuilder());
  }

  /** A client that speaks TLS and trusts this. */
  Client(int port, SSLContext trusted) {
    this(URI.create("https://localhost:" + port), HttpClient.newBuilder().sslContext(trusted));
  }

  private Client(URI root, HttpClient.Builder http) {
    this(root, http.version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build(), "");
  }

  private Client(URI root, HttpClient http, String authorization) {
    this.root = root;
    this.http = http;
    this.authorization = authorization;
  }

  /** Returns the same client with a key. */
  Client withKey(String key) {
    return new Client(root, http, "Bearer " + key);
  }

  /** An answer. */
  record Answer(int status, String text, HttpResponse<?> raw) {
    JsonNode json() {
      try {
        return JSON.readTree(text);
      } catch (JsonProcessingException e) {
        throw new AssertionError("Not JSON: " + text, e);
      }
    }

    String detail() {
      return json().path("detail").asText();
    }
  }

  /**
   * @param path from the root, such as {@code /api/v1/queue/health}
   * @throws UncheckedIOException if there is no answer
   */
  Answer call(String method, String path, HttpRequest.BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(root.resolve(path)).timeout(PATIENCE).method(method, body);
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body(), answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Answer get(String path, String... headers) {
    return call("GET", "/api/v1" + path, BodyPublishers.noBody(), headers);
  }

  Answer delete(String path) {
    return call("DELETE", "/api/v1" + path, BodyPublishers.noBody());
  }

  Answer post(String path) {
    return call("POST", "/api/v1" + path, BodyPublishers.noBody());
  }

  Answer post(String path, JsonNode body, String... headers) {
    List<String> all = new ArrayList<>(List.of("Content-Type", "application/json"));
    all.addAll(List.of(headers));
    return call(
        "POST",
        "/api/v1" + path,
        BodyPublishers.ofString(body.toString()),
        all.toArray(String[]::new));
  }

  /** Leaves the body unread, for the caller to read and close. */
  InputStream open(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(root.resolve("/api/v1" + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return http.send(request.build(), BodyHandlers.ofInputStream()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A body that asks for a shell script in an empty workspace. */
  static ObjectNode script(String script) {
    ObjectNode body = JSON.createObjectNode();
    body.put("taskPrompt", script);
    body.put("agentType", "shell");
    body.putObject("workspaceSource").put("type", "empty");
    return body;
  }

  /**
   * Submits.
   *
   * @param more changes the body
   * @return the order's id
   */
  String submit(String script, Consumer<ObjectNode> more) {
    ObjectNode body = script(script);
    more.accept(body);
    Answer answer = post("/work-orders", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.json().path("id").asText();
  }

  String submit(String script) {
    return submit(script, _ -> {});
  }

  JsonNode order(String id) {
    Answer answer = get("/work-orders/" + id);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  String status(String id) {
    return order(id).path("status").asText();
  }

  /** Waits until the order has one of these statuses. */
  JsonNode awaitStatus(String id, String... statuses) {
    return await("order " + id + " to be " + String.join(" or ", statuses))
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> order(id), order -> List.of(statuses).contains(order.path("status").asText()));
  }

  JsonNode awaitEnd(String id) {
    return awaitStatus(id, "completed", "failed", "cancelled");
  }

  /** Waits until the order's agent has said so much. */
  String awaitLog(String id, String text) {
    return await("order " + id + " to print " + text)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> log(id), log -> log.contains(text));
  }

  /** The log of the order's run; empty while it has none. */
  String log(String id) {
    String run = order(id).path("currentRunId").asText();
    if (run.isEmpty()) {
      return "";
    }
    Answer answer = get("/runs/" + run + "/log");
    return answer.status() == 200 ? answer.text() : "";
  }

  /** Every order there is. */
  List<JsonNode> orders() {
    List<JsonNode> all = new ArrayList<>();
    String next = "/work-orders?limit=100";
    while (true) {
      Answer answer = get(next);
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      answer.json().path("items").forEach(all::add);
      if (!answer.json().path("hasMore").asBoolean()) {
        return all;
      }
      next = "/work-orders?limit=100&cursor=" + answer.json().path("nextCursor").asText();
    }
  }

  static Instant time(JsonNode node, String field) {
    return Instant.parse(node.path(field).asText());
  }

  static Stream<String> ids(List<JsonNode> orders) {
    return orders.stream().map(order -> order.path("id").asText());
  }
}
