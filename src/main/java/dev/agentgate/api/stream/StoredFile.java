package dev.agentgate.api.stream;

import dev.agentgate.execution.KeptFile;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Serves a file that does not change any more, as a whole or in part. */
public final class StoredFile {
  private static final int PIECE = 64 * 1024;

  private final KeptFile file;
  private final AnswerBudget budget;
  private final long length;

  public StoredFile(KeptFile file, AnswerBudget budget) {
    this.file = file;
    this.budget = budget;
    this.length = file.length();
  }

  /**
   * Returns an answer with the file, or with the part that the client requests.
   *
   * @param range the header {@code Range}
   * @param ifRange the header {@code If-Range}; the file has no validators
   */
  public Response answer(
      HttpServerRequest request, String type, @Nullable String range, @Nullable String ifRange) {
    Optional<ByteRange> wanted = ByteRange.requested(range, ifRange, length);
    return wanted
        .map(part -> part.partial(body(request, type, part), length))
        .orElseGet(() ->
            body(request, type, new ByteRange(0, length))
                .header(HttpHeaders.CONTENT_LENGTH, length))
        .build();
  }

  private Response.ResponseBuilder body(HttpServerRequest request, String type, ByteRange range) {
    return Response.ok(ClientStream.body(request, budget, PIECE, stream -> send(stream, range)))
        .type(type)
        .header("Accept-Ranges", "bytes")
        // A browser must not treat what an agent wrote as a page.
        .header("X-Content-Type-Options", "nosniff");
  }

  private void send(ClientStream stream, ByteRange range) throws IOException {
    try (SeekableByteChannel channel = file.open()) {
      long at = range.from();
      channel.position(at);
      while (at < range.to()) {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, range.to() - at));
        while (piece.hasRemaining()) {
          if (channel.read(piece) < 0) {
            throw new EOFException("The file has become shorter");
          }
        }
        stream.send(piece.array());
        at += piece.capacity();
      }
    }
  }
}
