package dev.agentgate.api.stream;

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

  private static final String DATA = "data: ";

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

  // Copies whole lines, because String.replace would look at each byte of a log by itself.
  private static byte[] event(String head, String text) {
    String lines = withLineFeeds(text);
    StringBuilder event = new StringBuilder(head.length() + lines.length() * 9 / 8).append(head);
    int from = 0;
    for (int feed = lines.indexOf('\n'); feed >= 0; feed = lines.indexOf('\n', from)) {
      event.append(DATA).append(lines, from, feed + 1);
      from = feed + 1;
    }
    event.append(DATA).append(lines, from, lines.length()).append("\n\n");
    return event.toString().getBytes(StandardCharsets.UTF_8);
  }

  // indexOf searches many bytes at once, and most texts have no carriage return.
  private static String withLineFeeds(String text) {
    return text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n');
  }
}
