package dev.agentgate.api.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientStreamTest {
  private static final int PIECE = 64 * 1024;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicLong sent = new AtomicLong();
  private final CompletableFuture<IOException> failure = new CompletableFuture<>();

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  /** A server that sends without end, as a log that grows for ever. */
  private Socket connect(Duration patience) throws Exception {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              request.response().setChunked(true);
              ClientStream stream =
                  new ClientStream(OutputStream.nullOutputStream(), request.response(), patience);
              Thread.startVirtualThread(() -> sendForEver(stream));
            })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(120, TimeUnit.SECONDS);
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
    socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
    return socket;
  }

  private void sendForEver(ClientStream stream) {
    try {
      while (true) {
        stream.send(new byte[PIECE]);
        sent.addAndGet(PIECE);
      }
    } catch (IOException e) {
      failure.complete(e);
    }
  }

  @Test
  void aClientThatTakesNothingIsDroppedAndLittleIsKeptForIt() throws Exception {
    try (Socket socket = connect(Duration.ofMillis(500))) {
      assertThat(failure.get(120, TimeUnit.SECONDS))
          .hasMessage("The client read nothing for 500 ms");
      // What the sockets' buffers took, and nothing without bound.
      assertThat(sent.get()).isLessThan(64L * 1024 * 1024);
      long taken = 0;
      byte[] buffer = new byte[PIECE];
      try {
        for (int n = 0; n >= 0; n = socket.getInputStream().read(buffer)) {
          taken += n;
        }
      } catch (IOException e) {
        // A reset is as good as an end: the connection is closed.
        assertThat(e).hasMessageContaining("reset");
      }
      assertThat(taken).isLessThan(sent.get() + 10 * PIECE);
    }
  }

  @Test
  void aClientThatLeavesEndsTheStream() throws Exception {
    Socket socket = connect(Duration.ofMinutes(1));
    socket.getInputStream().readNBytes(PIECE);
    socket.close();
    assertThat(failure.get(120, TimeUnit.SECONDS)).hasMessage("The client is gone");
  }
}
