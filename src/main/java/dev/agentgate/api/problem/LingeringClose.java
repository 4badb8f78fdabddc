package dev.agentgate.api.problem;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;

/**
 * Closes the connection of a request that was answered before its body was read, in a way that
 * loses no answer. A connection that is closed while the client still sends is reset, and most
 * clients meet the reset before they read the answer. So what they send is read and discarded until
 * the body ends, for a bounded time and a bounded number of bytes. With HTTP/2 that ends the stream
 * and leaves the connection to the other requests on it. Runs on the connection's event loop.
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
   * Discards what is left of a request's body, whose answer was sent.
   *
   * @param patience how long at most
   * @param most how many bytes at most
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

  /** The client has sent everything, so nothing that it sends makes the close a reset. */
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
