package dev.agentgate.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.agentgate.FreePorts;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;

/** A server that answers as a test tells it, and remembers what it was asked. */
final class FakeServer implements AutoCloseable {
  private final HttpServer http;
  private final Map<String, Deque<Answer>> answers = Collections.synchronizedMap(new TreeMap<>());
  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

  /** What the server was asked. */
  record Request(
      String call, String query, String body, String key, String lastEventId, String idempotency) {}

  /** How to answer one request. */
  @FunctionalInterface
  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  FakeServer() {
    try {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext("/", this::handle);
    http.start();
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** Answers the calls of a method and path below the API in this order; the last one stays. */
  FakeServer on(String call, Answer... some) {
    answers.put(call, new ArrayDeque<>(List.of(some)));
    return this;
  }

  FakeServer on(String call, String json) {
    return on(call, json(200, json));
  }

  List<Request> requests() {
    return List.copyOf(requests);
  }

  /** The only request for this call. */
  Request request(String call) {
    List<Request> found =
        requests().stream().filter(request -> request.call().equals(call)).toList();
    if (found.size() != 1) {
      throw new AssertionError(call + " was asked for " + found.size() + " times: " + requests());
    }
    return found.getFirst();
  }

  static Answer json(int status, String json, String... headers) {
    return body(status, json, "application/json", headers);
  }

  static Answer problem(int status, String type, String detail, String... headers) {
    return body(
        status,
        """
        {"type":"urn:problem-type:agentgate:%s","title":"T","status":%d,"detail":"%s"}\
        """
            .formatted(type, status, detail),
        "application/problem+json",
        headers);
  }

  static Answer body(int status, String body, String type, String... headers) {
    return exchange -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  /** Sends these events and then ends the stream, in the middle of what the client wants. */
  static Answer events(String... events) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      for (String event : events) {
        out.write((event + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    };
  }

  /** Hangs up without an answer. */
  static Answer hangUp() {
    return _ -> {
      throw new IOException("hang up");
    };
  }

  /** Never answers. */
  static Answer silence() {
    return _ -> {
      try {
        Thread.currentThread().join();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().replaceFirst("^/api/v1", "");
    String call = exchange.getRequestMethod() + " " + path;
    String query = exchange.getRequestURI().getQuery();
    requests.add(
        new Request(
            call,
            query == null ? "" : query,
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
            header(exchange, "Authorization"),
            header(exchange, "Last-Event-ID"),
            header(exchange, "Idempotency-Key")));
    Deque<Answer> wanted = answers.get(call);
    Answer answer;
    if (wanted == null) {
      answer = problem(404, "not-found", "There is no " + path);
    } else {
      synchronized (wanted) {
        answer = wanted.size() > 1 ? wanted.removeFirst() : wanted.getFirst();
      }
    }
    try (exchange) {
      answer.to(exchange);
    }
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  @Override
  public void close() {
    http.stop(0);
  }

  /** An address at which nothing listens. */
  static String nowhere() {
    return "http://127.0.0.1:" + FreePorts.next();
  }
}
