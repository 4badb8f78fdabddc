package dev.agentgate.api.stream;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A range of bytes that a client requested.
 *
 * @param from the first byte
 * @param to the byte after the last; not after {@code from} if nothing of the range exists
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110.html#section-14">RFC 9110, section 14</a>
 */
public record ByteRange(long from, long to) {
  private static final Pattern FORM =
      Pattern.compile("bytes=[ \\t]*(\\d{0,18})-(\\d{0,18})[ \\t]*", Pattern.CASE_INSENSITIVE);

  /**
   * Reads a {@code Range} header.
   *
   * @param length the number of bytes that exist
   * @return empty if the header is to be ignored: it is malformed, in another unit, or asks for
   *     several ranges
   */
  public static Optional<ByteRange> parse(String header, long length) {
    Matcher matcher = FORM.matcher(header);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String first = matcher.group(1);
    String last = matcher.group(2);
    if (first.isEmpty()) {
      return last.isEmpty()
          ? Optional.empty()
          : Optional.of(new ByteRange(Math.max(0, length - Long.parseLong(last)), length));
    }
    long from = Long.parseLong(first);
    if (last.isEmpty()) {
      return Optional.of(new ByteRange(from, length));
    }
    long through = Long.parseLong(last);
    return through < from
        ? Optional.empty()
        : Optional.of(new ByteRange(from, Math.min(length, through + 1)));
  }

  /**
   * Reads the headers of a request for something without validators: a condition on one never holds
   * (RFC 9110, 13.1.5).
   *
   * @param range the header {@code Range}
   * @param ifRange the header {@code If-Range}
   * @param length the number of bytes that exist
   * @return empty if the whole is to be sent
   */
  public static Optional<ByteRange> requested(
      @Nullable String range, @Nullable String ifRange, long length) {
    return range == null || ifRange != null ? Optional.empty() : parse(range, length);
  }

  /**
   * Makes an answer one with this range only.
   *
   * @param answer with the bytes of the range
   * @param length the number of bytes that exist
   * @throws WebApplicationException 416 if nothing of the range exists
   */
  public Response.ResponseBuilder partial(Response.ResponseBuilder answer, long length) {
    if (!isSatisfiable()) {
      throw new WebApplicationException(
          Response.status(Response.Status.REQUESTED_RANGE_NOT_SATISFIABLE)
              .header("Content-Range", "bytes */" + length)
              .build());
    }
    return answer
        .status(Response.Status.PARTIAL_CONTENT)
        .header("Content-Range", contentRange(length))
        .header(HttpHeaders.CONTENT_LENGTH, to - from);
  }

  public boolean isSatisfiable() {
    return from < to;
  }

  public String contentRange(long length) {
    return "bytes " + from + "-" + (to - 1) + "/" + length;
  }
}
