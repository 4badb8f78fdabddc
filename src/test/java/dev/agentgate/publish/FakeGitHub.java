package dev.agentgate.publish;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The part of GitHub's REST API that pull requests need, as its documentation describes it: one
 * open pull request for a head and a base, drafts, labels, and failures of all kinds.
 *
 * @see <a href="https://docs.github.com/en/rest/pulls/pulls">Pull requests</a>
 */
public final class FakeGitHub implements AutoCloseable {
  public static final String TOKEN = "ghp_TheSecretOfThisTest";
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpServer server;

  /** The pull requests of {@code acme/shop}. */
  public final List<ObjectNode> pulls = new CopyOnWriteArrayList<>();

  /** Method and path of every request. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** Answers that replace the next ones. */
  public final Deque<Failure> failures = new ConcurrentLinkedDeque<>();

  /** Lists none of the pull requests for so many times, as if they came into being meanwhile. */
  int blindness;

  public FakeGitHub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.start();
  }

  public record Failure(int status, String body, Map<String, String> headers) {
    public static Failure of(int status, String message) {
      return new Failure(status, "{\"message\":\"" + message + "\"}", Map.of());
    }

    Failure with(String header, String value) {
      Map<String, String> more = new HashMap<>(headers);
      more.put(header, value);
      return new Failure(status, body, more);
    }
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/api/v3");
  }

  /** A pull request that somebody else made. */
  ObjectNode add(String head, String base, String title) {
    ObjectNode pull = JsonNodeFactory.instance.objectNode();
    int number = pulls.size() + 1;
    pull.put("number", number);
    pull.put("html_url", "https://github.com/acme/shop/pull/" + number);
    pull.put("state", "open");
    pull.put("title", title);
    pull.putNull("body");
    pull.put("draft", false);
    pull.putObject("head").put("ref", head);
    pull.putObject("base").put("ref", base);
    pull.putArray("labels");
    pulls.add(pull);
    return pull;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private synchronized void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath().replaceFirst("^/api/v3", "");
      String call = exchange.getRequestMethod() + " " + path;
      requests.add(call);
      if (!failures.isEmpty()) {
        Failure failure = failures.remove();
        failure.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        send(exchange, failure.status(), failure.body());
      } else if (!("Bearer " + TOKEN)
          .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        send(exchange, 401, "{\"message\":\"Bad credentials\"}");
      } else if (!path.startsWith("/repos/acme/shop/")) {
        send(exchange, 404, "{\"message\":\"Not Found\"}");
      } else {
        answer(exchange, call, body.length == 0 ? JSON.missingNode() : JSON.readTree(body));
      }
    }
  }

  private void answer(HttpExchange exchange, String call, JsonNode body) throws IOException {
    if (call.equals("GET /repos/acme/shop/pulls")) {
      String query = exchange.getRequestURI().getRawQuery();
      ArrayNode found = JsonNodeFactory.instance.arrayNode();
      if (blindness-- <= 0) {
        pulls.stream()
            .filter(pull -> pull.path("state").asText().equals("open"))
            .filter(pull -> query.contains("state=open"))
            .filter(pull ->
                URLDecoder.decode(query, StandardCharsets.UTF_8)
                    .contains("head=acme:" + pull.path("head").path("ref").asText()))
            .forEach(found::add);
      }
      send(exchange, 200, found.toString());
    } else if (call.equals("POST /repos/acme/shop/pulls")) {
      create(exchange, body);
    } else if (call.matches("PATCH /repos/acme/shop/pulls/\\d+")) {
      ObjectNode pull = pull(call);
      pull.set("title", body.path("title"));
      pull.set("body", body.path("body"));
      pull.putObject("base").set("ref", body.path("base"));
      send(exchange, 200, pull.toString());
    } else if (call.matches("POST /repos/acme/shop/issues/\\d+/labels")) {
      ArrayNode labels = pull(call).withArray("labels");
      body.path("labels").forEach(label -> labels.addObject().put("name", label.asText()));
      send(exchange, 200, labels.toString());
    } else {
      send(exchange, 404, "{\"message\":\"Not Found\"}");
    }
  }

  private ObjectNode pull(String call) {
    return pulls.get(Integer.parseInt(call.replaceAll("\\D", "")) - 1);
  }

  private void create(HttpExchange exchange, JsonNode body) throws IOException {
    String head = body.path("head").asText();
    boolean exists =
        pulls.stream()
            .anyMatch(pull ->
                pull.path("state").asText().equals("open")
                    && pull.path("head").path("ref").asText().equals(head)
                    && pull.path("base").path("ref").equals(body.path("base")));
    if (exists) {
      send(
          exchange,
          422,
          """
          {"message":"Validation Failed","errors":[{"resource":"PullRequest","code":"custom",
          "message":"A pull request already exists for acme:%s."}]}
          """
              .formatted(head));
      return;
    }
    ObjectNode pull = add(head, body.path("base").asText(), body.path("title").asText());
    pull.set("body", body.path("body"));
    pull.set("draft", body.path("draft"));
    send(exchange, 201, pull.toString());
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }
}
