package dev.agentgate.api.problem;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that answers every request before it has read anything of its body. */
@Timeout(120)
class LingeringCloseTest {
  private static final Duration NEVER = Duration.ofHours(1);
  private static final long MIB = 1024 * 1024;
  private static final byte[] PIECE = new byte[64 * 1024];
  private static final String ANSWER = "busy";

  private final Vertx vertx = Vertx.vertx();
  private int port;

  @AfterEach
  void close() throws Exception {
    get(vertx.close());
  }

  private void listen(Duration patience, long most) throws Exception {
    HttpServer server =
        get(
            vertx
                .createHttpServer()
                .requestHandler(request -> {
                  request.pause();
                  request.response().setStatusCode(503).end(ANSWER);
                  LingeringClose.begin(vertx, request, patience, most);
                })
                .listen(0, "127.0.0.1"));
    port = server.actualPort();
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** Sends the head of a request and waits for the answer, which comes without the body. */
  private Socket answered(long length) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    String head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(US_ASCII));
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\n" + ANSWER) < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as("the answer goes on: " + answer).isNotNegative();
      answer.append((char) next);
    }
    assertThat(answer).startsWith("HTTP/1.1 503 ");
    return socket;
  }

  private static void send(Socket socket, long length) throws IOException {
    OutputStream out = socket.getOutputStream();
    for (long sent = 0; sent < length; sent += PIECE.length) {
      out.write(PIECE);
    }
  }

  @Test
  void aClientThatSendsItsWholeBodyAfterTheAnswerMeetsNoReset() throws Exception {
    listen(NEVER, 16 * MIB);
    try (Socket socket = answered(16 * MIB)) {
      send(socket, 16 * MIB);
      InputStream rest = socket.getInputStream();
      assertThat(rest.read()).as("an orderly end, not a reset").isNegative();
    }
  }

  @Test
  void aClientThatSendsNoMoreIsClosedAfterAWhile() throws Exception {
    listen(Duration.ofMillis(200), MIB);
    try (Socket socket = answered(MIB)) {
      assertThat(socket.getInputStream().read()).isNegative();
    }
  }

  @Test
  void aClientThatSendsWithoutEndIsCutOff() throws Exception {
    listen(NEVER, MIB);
    try (Socket socket = answered(Long.MAX_VALUE)) {
      assertThatThrownBy(() -> send(socket, Long.MAX_VALUE)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void onlyTheStreamOfAnHttp2RequestIsCutOff() throws Exception {
    listen(NEVER, MIB);
    HttpClientOptions overOneConnection =
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false)
            .setHttp2MaxPoolSize(1);
    var client = vertx.createHttpClient(overOneConnection);

    HttpClientRequest endless = get(client.request(HttpMethod.POST, port, "127.0.0.1", "/"));
    CompletableFuture<Throwable> cut = new CompletableFuture<>();
    endless.exceptionHandler(cut::complete);
    endless.setChunked(true);
    get(endless.sendHead());
    assertThat(get(endless.response()).statusCode()).isEqualTo(503);
    for (long sent = 0; sent < 2 * MIB; sent += PIECE.length) {
      endless.write(Buffer.buffer(PIECE));
    }
    assertThat(cut.get(60, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            StreamResetException.class, reset -> assertThat(reset.getCode()).isZero());

    CompletableFuture<HttpConnection> next = new CompletableFuture<>();
    // All on the event loop, so that the body is asked for before it can arrive.
    Future<Buffer> body =
        client
            .request(HttpMethod.GET, port, "127.0.0.1", "/")
            .compose(request -> {
              next.complete(request.connection());
              return request.send().compose(HttpClientResponse::body);
            });
    assertThat(get(body)).hasToString(ANSWER);
    assertThat(next).isCompletedWithValue(endless.connection());
  }
}
