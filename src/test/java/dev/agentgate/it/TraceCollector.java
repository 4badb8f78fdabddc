package dev.agentgate.it;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes traces over gRPC, as the collector of OpenTelemetry does, and drops them. */
final class TraceCollector implements AutoCloseable {
  /** A message of no bytes: not compressed, and its length. */
  private static final Buffer EMPTY_MESSAGE = Buffer.buffer(new byte[5]);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger received = new AtomicInteger();
  private final HttpServer server;

  private TraceCollector() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(this::take)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  static TraceCollector start() {
    return new TraceCollector();
  }

  private void take(HttpServerRequest request) {
    request.endHandler(_ -> {
      received.incrementAndGet();
      request
          .response()
          .putHeader("content-type", "application/grpc")
          .putTrailer("grpc-status", "0")
          .end(EMPTY_MESSAGE);
    });
  }

  int port() {
    return server.actualPort();
  }

  /** How many exports it took. */
  int received() {
    return received.get();
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
