package dev.agentgate.api.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientStreamTest {
  private static final int PIECE = 64 * 1024;

  /** What the framework, which has no deadline, sends with the head. */
  private static final int FIRST = 4 * 1024;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicLong sent = new AtomicLong();
  private final CompletableFuture<IOException> failure = new CompletableFuture<>();

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  /** A server that sends without end, as a log that grows for ever. */
  private Socket connect(Duration patience) throws Exception {
    return connect(patience, this::sendForEver);
  }

  private Socket connect(Duration patience, Consumer<ClientStream> body) throws Exception {
    return connect(patience, OutputStream.nullOutputStream(), body);
  }

  private Socket connect(Duration patience, OutputStream first, Consumer<ClientStream> body)
      throws Exception {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              request.response().setChunked(true);
              ClientStream stream =
                  new ClientStream(
                      first, request.response(), patience, ClientStream.Rooms.NONE_NEEDED);
              Thread.startVirtualThread(() -> body.accept(stream));
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
  void whatIsLargeIsSentInPieces() throws Exception {
    byte[] large = new byte[100 * PIECE + 1];
    new Random(1).nextBytes(large);
    CompletableFuture<Integer> firstWrite = new CompletableFuture<>();
    ByteArrayOutputStream begun = new ByteArrayOutputStream();
    try (Socket socket =
        connect(
            Duration.ofMinutes(1),
            begun,
            stream -> {
              try {
                stream.send(new byte[0]);
                stream.send(large);
                firstWrite.complete(begun.size());
              } catch (IOException e) {
                firstWrite.completeExceptionally(e);
              }
            })) {
      InputStream in = socket.getInputStream();
      while (!readLine(in).isEmpty()) {
        // the head
      }
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      while (rest.size() < large.length - FIRST) {
        int size = Integer.parseInt(readLine(in), 16);
        assertThat(size).isLessThanOrEqualTo(PIECE);
        rest.write(in.readNBytes(size));
        assertThat(readLine(in)).isEmpty();
      }
      assertThat(firstWrite.get(120, TimeUnit.SECONDS)).isEqualTo(FIRST);
      assertThat(begun.toByteArray()).isEqualTo(Arrays.copyOf(large, FIRST));
      assertThat(rest.toByteArray()).isEqualTo(Arrays.copyOfRange(large, FIRST, large.length));
    }
  }

  @Test
  void aClientThatLeftIsNoticedThoughNothingIsSent() throws Exception {
    CompletableFuture<String> noticed = new CompletableFuture<>();
    Socket socket =
        connect(
            Duration.ofMinutes(1),
            stream -> {
              try {
                while (true) {
                  stream.send(new byte[0]);
                  LockSupport.parkNanos(1_000_000);
                }
              } catch (IOException e) {
                noticed.complete(String.valueOf(e.getMessage()));
              }
            });
    socket.close();
    assertThat(noticed.get(120, TimeUnit.SECONDS)).isEqualTo("The client is gone");
  }

  private static String readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Test
  void aClientThatLeavesEndsTheStream() throws Exception {
    Socket socket = connect(Duration.ofMinutes(1));
    socket.getInputStream().readNBytes(PIECE);
    socket.close();
    assertThat(failure.get(120, TimeUnit.SECONDS)).hasMessage("The client is gone");
  }
}
