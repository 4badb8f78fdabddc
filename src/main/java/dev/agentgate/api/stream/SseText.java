package dev.agentgate.api.stream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes server-sent events.
 *
 * <p>A client joins the {@code data} lines of an event with line feeds. So a piece of text arrives
 * unchanged, including a line feed at its end. Only each {@code \r\n} and each lone {@code \r}
 * arrives as a line feed, because the format cannot express it. The space after the colon preserves
 * spaces at the beginning of a line.
 *
 * @see <a
 *     href="https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation">The
 *     HTML standard, interpreting an event stream</a>
 */
public final class SseText {
  /** Keeps a quiet connection alive. */
  public static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

  private SseText() {}

  /**
   * A comment with an id to resume from. The id counts even without an event: a client remembers it
   * when it finds that there is no data to dispatch.
   */
  public static byte[] position(String id) {
    return (":\nid: " + id + "\n\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** An event of this name. */
  public static byte[] event(String id, String name, String data) {
    return event("id: " + id + "\nevent: " + name + "\n", data);
  }

  /** New text of a log, and the offset at which it ends. */
  public static byte[] log(String text, long offset) {
    return event(Long.toString(offset), "log", text);
  }

  /** The end of a log. */
  public static byte[] end(String json) {
    return event("event: end\n", json);
  }

  private static byte[] event(String head, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + bytes.length / 8 + 64);
    out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n' || bytes[i] == '\r') {
        line(out, bytes, start, i);
        if (bytes[i] == '\r' && i + 1 < bytes.length && bytes[i + 1] == '\n') {
          i++;
        }
        start = i + 1;
      }
    }
    line(out, bytes, start, bytes.length);
    out.write('\n');
    return out.toByteArray();
  }

  private static void line(ByteArrayOutputStream out, byte[] bytes, int from, int to) {
    out.writeBytes(DATA);
    out.write(bytes, from, to - from);
    out.write('\n');
  }
}
