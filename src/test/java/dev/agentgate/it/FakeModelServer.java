package dev.agentgate.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * Answers like the APIs of three providers of models, as far as the command lines of agents need
 * it. The prompt says what the model does.
 */
final class FakeModelServer implements AutoCloseable {
  static final JsonMapper JSON = new JsonMapper();

  private final HttpServer server;

  /** Method, path and scenario of each request. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  FakeModelServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /**
   * An answer.
   *
   * @param stream whether the body is a stream of events
   */
  record Reply(int status, boolean stream, String body, Map<String, String> headers) {
    static Reply of(JsonNode body) {
      return new Reply(200, false, body.toString(), Map.of());
    }

    static Reply failure(int status, JsonNode body, Map<String, String> headers) {
      return new Reply(status, false, body.toString(), headers);
    }

    static Reply events(String body) {
      return new Reply(200, true, body, Map.of());
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      ModelScenario scenario = ModelScenario.of(new String(body, StandardCharsets.UTF_8));
      requests.add(exchange.getRequestMethod() + " " + path + " " + scenario);
      boolean subscription = exchange.getRequestHeaders().containsKey("Authorization");
      Reply reply = reply(exchange.getRequestMethod(), path, scenario, body, subscription);
      reply.headers().forEach(exchange.getResponseHeaders()::set);
      exchange
          .getResponseHeaders()
          .set("Content-Type", reply.stream() ? "text/event-stream" : "application/json");
      byte[] answer = reply.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(reply.status(), answer.length == 0 ? -1 : answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private static Reply reply(
      String method, String path, ModelScenario scenario, byte[] body, boolean subscription)
      throws IOException {
    ObjectNode nothing = JSON.createObjectNode();
    if (!method.equals("POST")) {
      // Codex tries a WebSocket first and goes on without one.
      boolean list = path.endsWith("/models");
      nothing.putArray("data");
      nothing.putArray("models");
      return list ? Reply.of(nothing) : Reply.failure(404, nothing, Map.of());
    }
    JsonNode request = body.length == 0 ? nothing : JSON.readTree(body);
    if (path.contains("/messages")) {
      return FakeAnthropic.reply(path, request, scenario, subscription);
    }
    if (path.endsWith("/responses")) {
      return FakeOpenAi.reply(request, scenario);
    }
    if (path.contains(":")) {
      return FakeGemini.reply(path, request, scenario);
    }
    return Reply.failure(404, nothing, Map.of());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
