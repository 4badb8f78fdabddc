package dev.agentgate.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The server over HTTP. Every failure becomes a {@link CommandFailed} with its exit code. */
public final class Server implements AutoCloseable {
  private static final String API = "/api/v1";

  private final Target target;
  private final Console console;
  private final Settings settings;
  private final HttpClient http;

  /**
   * How to talk to the server.
   *
   * @param patience how long an answer may take, and how long a server that was there may be away
   * @param verbose whether to tell about every request
   */
  public record Settings(Duration patience, boolean verbose, String userAgent) {}

  public Server(Target target, Console console, Settings settings) {
    this.target = target;
    this.console = console;
    this.settings = settings;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.patience())
            .build();
  }

  public Target target() {
    return target;
  }

  Duration patience() {
    return settings.patience();
  }

  Console console() {
    return console;
  }

  public Reply get(Object path) {
    return call("GET", path);
  }

  public Reply post(Object path, @Nullable JsonNode body) {
    return send(request("POST", path, body).timeout(settings.patience()).build());
  }

  /** Sends a request that is answered soon. */
  public Reply call(String method, Object path) {
    return send(request(method, path, null).timeout(settings.patience()).build());
  }

  /** Sends a request whose answer comes when processes are gone, however long that takes. */
  public Reply patiently(String method, Object path) {
    try (Progress _ = new Progress(console, "Still waiting for the server to finish.")) {
      return send(request(method, path, null).build());
    }
  }

  /** Asks a server that was there before. If it is away now, it may be about to return. */
  public Reply getAgain(Object path) {
    return repeated(request("GET", path, null), true);
  }

  /**
   * Sends a request that is safe to repeat because of its headers or its body. A connection that
   * breaks is not the end: the server may have done it already, or it may be about to return.
   */
  public Reply postAgain(Object path, JsonNode body, Map<String, String> headers) {
    HttpRequest.Builder request = request("POST", path, body);
    headers.forEach(request::setHeader);
    return repeated(request, false);
  }

  private Reply repeated(HttpRequest.Builder builder, boolean wasThere) {
    HttpRequest request = builder.timeout(settings.patience()).build();
    long giveUp = System.nanoTime() + settings.patience().toNanos();
    boolean there = wasThere;
    for (int attempt = 0; ; attempt++) {
      boolean late = System.nanoTime() - giveUp > 0;
      try {
        HttpResponse<byte[]> answer = exchange(request, BodyHandlers.ofByteArray());
        if (answer.statusCode() != 503 || !there || late) {
          return accepted(answer);
        }
      } catch (IOException e) {
        boolean known = there;
        there |= !Unreachable.isBeforeSending(e);
        if (!there || late) {
          CommandFailed failure = Unreachable.failure(target, settings.patience(), e);
          throw there && !wasThere ? new OutcomeUnknown(failure) : failure;
        }
        if (!known) {
          console.say("The connection broke. Repeating the request, which is safe.");
        }
      }
      pause(attempt);
    }
  }

  /** Copies a body of any size and any bytes, which must begin soon. */
  public void download(Object path, OutputStream sink) throws IOException {
    HttpResponse<InputStream> answer =
        sendOrFail(
            request("GET", path, null).timeout(settings.patience()).build(),
            BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      if (answer.statusCode() / 100 != 2) {
        throw Problems.failure(target, answer.statusCode(), answer.headers(), body.readAllBytes());
      }
      body.transferTo(sink);
    }
  }

  /** Follows server-sent events, reconnecting as often as necessary. */
  public EventStream follow(Object path) {
    return new EventStream(this, path.toString());
  }

  /** Reads a page outside the API; empty if the answer is not a success. */
  public Optional<String> page(String path) {
    HttpResponse<byte[]> answer =
        sendOrFail(
            HttpRequest.newBuilder(URI.create(target.url() + path))
                .timeout(settings.patience())
                .build(),
            BodyHandlers.ofByteArray());
    return answer.statusCode() == 200
        ? Optional.of(Reply.of(200, answer.body()).text())
        : Optional.empty();
  }

  /** Opens a stream of events; the body of any other answer is read. */
  HttpResponse<InputStream> open(String path, @Nullable String lastEventId) throws IOException {
    HttpRequest.Builder request =
        request("GET", path, null)
            .setHeader("Accept", "text/event-stream, application/problem+json");
    if (lastEventId != null) {
      request.setHeader("Last-Event-ID", lastEventId);
    }
    return exchange(request.timeout(settings.patience()).build(), BodyHandlers.ofInputStream());
  }

  /** Waits before the next attempt: longer and longer, two seconds at the most. */
  static void pause(int attempt) {
    LockSupport.parkNanos(
        TimeUnit.MILLISECONDS.toNanos(Math.min(2_000, 100L << Math.min(attempt, 5))));
  }

  private HttpRequest.Builder request(String method, Object path, @Nullable JsonNode body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(target.url() + API + path))
            .setHeader("User-Agent", settings.userAgent())
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()));
    if (body != null) {
      request.setHeader("Content-Type", "application/json");
    }
    target.key().ifPresent(key -> request.setHeader("Authorization", key.authorization()));
    return request;
  }

  private Reply send(HttpRequest request) {
    return accepted(sendOrFail(request, BodyHandlers.ofByteArray()));
  }

  private Reply accepted(HttpResponse<byte[]> answer) {
    if (answer.statusCode() / 100 != 2) {
      throw Problems.failure(target, answer.statusCode(), answer.headers(), answer.body());
    }
    return Reply.of(answer.statusCode(), answer.body());
  }

  private <T> HttpResponse<T> sendOrFail(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return exchange(request, handler);
    } catch (IOException e) {
      throw Unreachable.failure(target, settings.patience(), e);
    }
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException {
    long began = System.nanoTime();
    try {
      HttpResponse<T> answer = http.send(request, handler);
      tell(request, Integer.toString(answer.statusCode()), began);
      return answer;
    } catch (IOException e) {
      tell(request, e.getClass().getSimpleName(), began);
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.UNREACHABLE, "Interrupted.");
    }
  }

  private void tell(HttpRequest request, String outcome, long began) {
    if (settings.verbose()) {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      console.say(request.method() + " " + request.uri() + ": " + outcome + ", " + millis + " ms");
    }
  }

  /** Ends every connection, open streams included. */
  @Override
  public void close() {
    http.shutdownNow();
  }
}
