package dev.agentgate.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serves repositories over smart HTTP, through git's own CGI, to callers that have the token. */
public final class GitServer implements AutoCloseable {
  private static final String DOWNLOADS = "/downloads/";
  private static final Pattern OBJECT = Pattern.compile("\"oid\":\"([0-9a-f]{64})\"");

  private final HttpServer server;
  private final Path repositories;
  private final Runnable onRequest;
  public final Set<String> authorizations = ConcurrentHashMap.newKeySet();

  /** What its Git LFS has, by the SHA-256 of the content. */
  public final Map<String, byte[]> largeFiles = new ConcurrentHashMap<>();

  public volatile int requests;
  public volatile String accepts;
  public volatile boolean redirectsBeforeItAsks;
  public volatile Optional<String> redirectTo = Optional.empty();

  /** Speaks git's protocol as of before version 2, which hands out advertised objects only. */
  public volatile boolean old;

  public GitServer(Path repositories, String token, Runnable onRequest) throws IOException {
    this.accepts = token;
    this.repositories = repositories;
    this.onRequest = onRequest;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private synchronized void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests++;
      onRequest.run();
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (redirectsBeforeItAsks && redirectTo.isPresent()) {
        redirect(exchange, redirectTo.get());
        return;
      }
      String path = exchange.getRequestURI().getPath();
      if (path.startsWith(DOWNLOADS)) {
        byte[] content = largeFiles.getOrDefault(path.substring(DOWNLOADS.length()), new byte[0]);
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
        return;
      }
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      if (authorization != null) {
        authorizations.add(authorization);
      }
      if (!("Basic " + base64("x-access-token:" + accepts)).equals(authorization)) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      if (redirectTo.isPresent()) {
        redirect(exchange, redirectTo.get());
        return;
      }
      if (exchange.getRequestURI().getPath().endsWith("/info/lfs/objects/batch")) {
        answerBatch(exchange, new String(body, StandardCharsets.UTF_8));
        return;
      }
      answer(exchange, body);
    }
  }

  private static void redirect(HttpExchange exchange, String target) throws IOException {
    exchange.getResponseHeaders().set("Location", target + exchange.getRequestURI());
    exchange.sendResponseHeaders(302, -1);
  }

  /**
   * Says where to get one file.
   *
   * @see <a href="https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md">batch API</a>
   */
  private void answerBatch(HttpExchange exchange, String request) throws IOException {
    Matcher object = OBJECT.matcher(request);
    if (!object.find()) {
      exchange.sendResponseHeaders(422, -1);
      return;
    }
    String id = object.group(1);
    byte[] content = largeFiles.get(id);
    String what =
        content == null
            ? "\"error\":{\"code\":404,\"message\":\"Object does not exist\"}"
            : "\"actions\":{\"download\":{\"href\":\"http://127.0.0.1:%d%s%s\"}}"
                .formatted(port(), DOWNLOADS, id);
    byte[] answer =
        "{\"transfer\":\"basic\",\"objects\":[{\"oid\":\"%s\",\"size\":%d,%s}]}"
            .formatted(id, content == null ? 1 : content.length, what)
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/vnd.git-lfs+json");
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
  }

  private void answer(HttpExchange exchange, byte[] body) throws IOException {
    ProcessBuilder backend = new ProcessBuilder("git", "http-backend");
    Map<String, String> environment = backend.environment();
    environment.put("GIT_PROJECT_ROOT", repositories.toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "1");
    environment.put("REMOTE_USER", "x-access-token");
    environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
    environment.put("REQUEST_METHOD", exchange.getRequestMethod());
    environment.put("PATH_INFO", exchange.getRequestURI().getPath());
    environment.put(
        "QUERY_STRING", Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse(""));
    header(exchange, "Content-Type").ifPresent(v -> environment.put("CONTENT_TYPE", v));
    header(exchange, "Content-Encoding")
        .ifPresent(v -> environment.put("HTTP_CONTENT_ENCODING", v));
    header(exchange, "Git-Protocol")
        .filter(_ -> !old)
        .ifPresent(v -> environment.put("GIT_PROTOCOL", v));
    environment.put("CONTENT_LENGTH", Integer.toString(body.length));
    Process process = backend.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (var in = process.getOutputStream()) {
      in.write(body);
    }
    try (InputStream out = process.getInputStream()) {
      int status = 200;
      for (String line = line(out); !line.isEmpty(); line = line(out)) {
        String[] parts = line.split(": ", 2);
        if (parts[0].equals("Status")) {
          status = Integer.parseInt(parts[1].substring(0, 3));
        } else {
          exchange.getResponseHeaders().set(parts[0], parts[1]);
        }
      }
      exchange.sendResponseHeaders(status, 0);
      out.transferTo(exchange.getResponseBody());
    }
  }

  private static Optional<String> header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.write(c);
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }

  public static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
