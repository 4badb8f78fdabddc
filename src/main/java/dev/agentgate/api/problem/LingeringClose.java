package dev.agentgate.api.problem;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;

/**
 * Closes the connection of a request that was answered before its body was read, without losing the
 * answer. If a connection is closed while the client is still sending, it is reset, and most
 * clients see the reset before they read the answer. So the rest of the body is read and discarded,
 * for a bounded time and up to a bounded number of bytes. With HTTP/2 only the stream ends; the
 * connection continues for its other requests. Runs on the connection's event loop.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-9.6">RFC 9112, tear-down</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-8.1">RFC 9113, NO_ERROR</a>
 */
final class LingeringClose {
  private static final long HTTP2_NO_ERROR = 0;

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final long most;
  private final long timer;
  private long discarded;

  private LingeringClose(Vertx vertx, HttpServerRequest request, Duration patience, long most) {
    this.vertx = vertx;
    this.request = request;
    this.most = most;
    this.timer = vertx.setTimer(patience.toMillis(), _ -> cut());
  }

  /** Whether the answer must announce that the connection will be closed. */
  static boolean closesConnection(HttpServerRequest request) {
    return request.version() != HttpVersion.HTTP_2;
  }

  /**
   * Discards the rest of the body of an answered request.
   *
   * @param patience the longest time that this may take
   * @param most the most bytes to discard
   */
  static void begin(Vertx vertx, HttpServerRequest request, Duration patience, long most) {
    LingeringClose close = new LingeringClose(vertx, request, patience, most);
    request.handler(close::discard);
    request.endHandler(_ -> close.end());
    request.exceptionHandler(_ -> close.cancel());
    request.resume();
  }

  private void discard(Buffer piece) {
    discarded += piece.length();
    if (discarded > most) {
      cut();
    }
  }

  /** The client has sent everything, so closing the connection does not reset it. */
  private void end() {
    cancel();
    if (closesConnection(request)) {
      request.connection().close();
    }
  }

  private void cut() {
    cancel();
    if (closesConnection(request)) {
      request.connection().close();
    } else {
      request.response().reset(HTTP2_NO_ERROR);
    }
  }

  private void cancel() {
    vertx.cancelTimer(timer);
  }
}
