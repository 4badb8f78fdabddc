package dev.agentgate.api;

import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.ProblemType;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits the bytes of all request bodies in flight, from the head of a request to its answer. A
 * body needs several times its size while it is read, parsed and stored, so a heap has room for
 * only so many. Large bodies leave a part of that room to small ones: a few that arrive slowly must
 * not lock out every submit. Safe for use by many threads.
 */
final class BodyBudget {
  /**
   * The share of the heap. A body becomes about eight times its size, and half of the heap has
   * other uses.
   */
  private static final int HEAP_SHARE = 16;

  /** The largest body that may take what large ones leave. Most orders fit into it. */
  private static final long SMALL = 64 * 1024;

  private final long largest;
  private final long most;
  private final long mostForLarge;
  private final AtomicLong inFlight = new AtomicLong();

  /**
   * @param largest the size of the largest single body
   */
  BodyBudget(long heap, long largest) {
    this.largest = largest;
    this.mostForLarge = Math.max(largest, heap / HEAP_SHARE * 3 / 4);
    this.most = mostForLarge + mostForLarge / 3;
  }

  /**
   * Takes what the body of this request may need, and returns it when the request was answered or
   * its client is gone.
   *
   * @throws ApiException 503 if that is too much at the moment
   */
  void admit(RoutingContext context, long contentLength) {
    long bytes = isChunked(context.request()) ? largest : contentLength;
    if (bytes == 0) {
      return;
    }
    if (!take(bytes)) {
      throw new ApiException(
          ProblemType.BUSY, "Too many request bodies are being read; try again in a moment");
    }
    context.addEndHandler(_ -> giveBack(bytes));
  }

  boolean take(long bytes) {
    if (inFlight.addAndGet(bytes) <= (bytes > SMALL ? mostForLarge : most)) {
      return true;
    }
    giveBack(bytes);
    return false;
  }

  void giveBack(long bytes) {
    inFlight.addAndGet(-bytes);
  }

  private static boolean isChunked(HttpServerRequest request) {
    return request.getHeader(HttpHeaders.CONTENT_LENGTH) == null
        && (request.getHeader("Transfer-Encoding") != null
            || (request.version() == HttpVersion.HTTP_2 && !request.isEnded()));
  }
}
