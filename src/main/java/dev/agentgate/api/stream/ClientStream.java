package dev.agentgate.api.stream;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends a body to one client, piece by piece. While one piece is being written, the next one is
 * passed on already and another one can be prepared, so that neither side waits for the other. At
 * most these three pieces are in memory, however slow the client is. A client that reads nothing
 * for too long is dropped. Blocks; meant for a virtual thread.
 */
public final class ClientStream {
  private static final Logger LOG = Logger.getLogger(ClientStream.class);

  /** The largest number of bytes that are on their way at once. */
  private static final int PIECE = 64 * 1024;

  /**
   * The most that is sent with the head. The framework sends that, and would wait without end for a
   * client that reads nothing; it does not wait for so few bytes.
   */
  private static final int FIRST_PIECE = 4 * 1024;

  /** How long a client may read nothing before it is dropped. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final OutputStream first;
  private final HttpServerResponse response;
  private final Duration patience;
  private final Rooms rooms;
  private AnswerBudget.@Nullable Room room;
  private boolean begun;
  private @Nullable Future<Void> lastButOne;
  private @Nullable Future<Void> last;

  /**
   * @param first the framework's way to send, which sends the head with the first piece
   * @param patience how long a client may take for one piece
   */
  ClientStream(OutputStream first, HttpServerResponse response, Duration patience, Rooms rooms) {
    this.first = first;
    this.response = response;
    this.patience = patience;
    this.rooms = rooms;
  }

  /**
   * A body that is sent through such a stream. If it fails in the middle, the connection is broken
   * off; if it fails before its first piece, the failure becomes the answer. A lack of room for
   * more than a small answer is such a failure.
   *
   * @param bytes how many of its bytes are in memory at once, in addition to those on their way
   */
  public static StreamingOutput body(
      HttpServerRequest request, AnswerBudget budget, int bytes, Body body) {
    int all = bytes + 2 * PIECE;
    return body(request, begun -> begun ? budget.await(all) : budget.take(all), body);
  }

  /** As {@link #body}, for an answer that is never refused: something else bounds it. */
  public static StreamingOutput unbounded(HttpServerRequest request, Body body) {
    return body(request, Rooms.NONE_NEEDED, body);
  }

  private static StreamingOutput body(HttpServerRequest request, Rooms rooms, Body body) {
    return out -> {
      ClientStream stream = new ClientStream(out, request.response(), PATIENCE, rooms);
      try {
        body.send(stream);
        stream.awaitWritten();
      } catch (IOException e) {
        if (!stream.begun && !stream.response.closed()) {
          throw e; // It can still become the answer.
        }
        LOG.debugf("An answer was not sent completely: %s", e.getMessage());
        stream.abort();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        stream.abort();
      } finally {
        if (stream.room != null) {
          stream.room.close();
        }
      }
    };
  }

  /**
   * An answer that is a stream of server-sent events. It may last for ever and mostly holds
   * nothing, so it takes no room; an event that may be large takes some for itself.
   */
  public static Response events(HttpServerRequest request, Body body) {
    return Response.ok(unbounded(request, body))
        .type(MediaType.SERVER_SENT_EVENTS_TYPE)
        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
        // Asks nginx and similar proxies not to collect events before they pass them on.
        .header("X-Accel-Buffering", "no")
        .build();
  }

  /** Sends a body from its beginning to its end. */
  @FunctionalInterface
  public interface Body {
    void send(ClientStream stream) throws IOException, InterruptedException;
  }

  /** Where a stream gets room for more than a small answer. */
  @FunctionalInterface
  interface Rooms {
    Rooms NONE_NEEDED = _ -> () -> {};

    /**
     * Takes room.
     *
     * @param begun whether it is too late to refuse the answer
     */
    AnswerBudget.Room take(boolean begun) throws InterruptedException;
  }

  /**
   * Sends these bytes. Without any it only finds out whether the client is still there. Do not
   * change them afterwards.
   *
   * @throws IOException if the client is gone, or was dropped
   */
  public void send(byte[] bytes) throws IOException {
    if (response.closed()) {
      throw new IOException("The client is gone");
    }
    takeRoom(bytes.length);
    for (int from = 0, to; from < bytes.length; from = to) {
      to = Math.min(bytes.length, from + (begun ? PIECE : FIRST_PIECE));
      sendPiece(to - from == bytes.length ? bytes : Arrays.copyOfRange(bytes, from, to));
    }
  }

  private void takeRoom(int bytes) throws IOException {
    if (room == null && (begun || bytes > AnswerBudget.SMALL)) {
      try {
        room = rooms.take(begun);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException();
      }
    }
  }

  private void sendPiece(byte[] bytes) throws IOException {
    if (!begun) {
      begun = true;
      first.write(bytes);
      first.flush();
      return;
    }
    await(lastButOne);
    if (response.closed()) {
      throw new IOException("The client is gone");
    }
    try {
      lastButOne = last;
      last = response.write(Buffer.buffer(bytes));
    } catch (IllegalStateException e) {
      throw new IOException("The client is gone", e);
    }
  }

  /**
   * Waits until all pieces are on their way.
   *
   * @throws IOException if the client is gone, or was dropped
   */
  public void awaitWritten() throws IOException {
    await(lastButOne);
    await(last);
  }

  private void await(@Nullable Future<Void> writing) throws IOException {
    if (writing == null) {
      return;
    }
    try {
      writing
          .toCompletionStage()
          .toCompletableFuture()
          .get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      abort();
      throw new IOException("The client read nothing for " + patience.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw new IOException("The client is gone", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /** Breaks off the connection, so that the client sees that the body is incomplete. */
  void abort() {
    response.reset();
  }
}
