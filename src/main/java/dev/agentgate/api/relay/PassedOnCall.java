package dev.agentgate.api.relay;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Passes one call on, and the answer back, piece by piece as they come. Everything but {@link
 * #abandon} and {@link #head} happens on the event loop of the call.
 */
final class PassedOnCall {
  /** How far a call has come. */
  enum Progress {
    /** The other instance has not answered yet. */
    OPEN,
    /** Its answer is being passed back. */
    ANSWERED,
    /** It was not reached, and nothing of the request was sent. */
    NOT_SENT,
    /** It was reached, but did not answer. */
    BROKEN,
    /** Nobody waits for its answer any more. */
    ABANDONED
  }

  private final RoutingContext call;
  private final boolean withBody;
  private final AtomicReference<Progress> progress = new AtomicReference<>(Progress.OPEN);
  private final CompletableFuture<Progress> head = new CompletableFuture<>();

  private volatile @Nullable HttpClientRequest request;
  private volatile boolean complete;

  /**
   * @param withBody whether the body of the request is passed on
   */
  PassedOnCall(RoutingContext call, boolean withBody) {
    this.call = call;
    this.withBody = withBody;
  }

  /** Returns a future that completes once it is known how the call goes on. */
  CompletableFuture<Progress> head() {
    return head;
  }

  void begin(Future<HttpClientRequest> opening) {
    opening.onSuccess(this::send).onFailure(_ -> decide(Progress.NOT_SENT));
  }

  /** Stops waiting for the answer; returns false if it is there. */
  boolean abandon() {
    boolean abandoned = decide(Progress.ABANDONED);
    HttpClientRequest open = request;
    if (abandoned && open != null) {
      open.reset();
    }
    return abandoned;
  }

  private boolean decide(Progress to) {
    boolean decided = progress.compareAndSet(Progress.OPEN, to);
    if (decided) {
      head.complete(to);
    }
    return decided;
  }

  private void send(HttpClientRequest to) {
    if (progress.get() != Progress.OPEN) {
      to.reset();
      return;
    }
    request = to;
    HttpServerRequest from = call.request();
    RelayHeaders.copyRequest(from.headers(), to.headers());
    // The gate may have given the request its id.
    to.putHeader("X-Request-ID", call.response().headers().get("X-Request-ID"));
    if (!withBody) {
      to.headers().remove(HttpHeaders.CONTENT_LENGTH);
    }
    Future<HttpClientResponse> answer = withBody ? to.send(from) : to.send();
    answer.onSuccess(this::answer).onFailure(_ -> decide(Progress.BROKEN));
  }

  private void answer(HttpClientResponse answer) {
    if (!decide(Progress.ANSWERED)) {
      return;
    }
    HttpServerResponse back = call.response();
    if (back.closed() || back.ended()) {
      answer.request().reset();
      return;
    }
    // A client that hangs up reads no more; what it asked for goes on.
    call.addEndHandler(_ -> {
      if (!complete) {
        answer.request().reset();
      }
    });
    back.setStatusCode(answer.statusCode());
    RelayHeaders.copyAnswer(answer.headers(), back.headers());
    boolean hasBody =
        !call.request().method().equals(HttpMethod.HEAD) && answer.statusCode() != 204;
    if (hasBody && !answer.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
      back.setChunked(true);
    }
    if (!withBody) {
      call.request().resume();
    }
    answer
        .pipe()
        .endOnFailure(false)
        .to(back)
        .onSuccess(_ -> complete = true)
        // The client must see that the rest is missing.
        .onFailure(_ -> back.reset());
  }
}
