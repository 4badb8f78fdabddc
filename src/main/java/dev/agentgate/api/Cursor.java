package dev.agentgate.api;

import dev.agentgate.workorder.WorkOrderId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The position at which the next page of a list begins. It is opaque to clients, and versioned so
 * that its content can change.
 */
final class Cursor {
  private static final String VERSION = "1:";

  private Cursor() {}

  /** The cursor of the page that follows this order. */
  static String after(WorkOrderId last) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((VERSION + last.value()).getBytes(StandardCharsets.UTF_8));
  }

  /** The order that a cursor's page follows; empty if the text is not a cursor of this service. */
  static Optional<WorkOrderId> parse(String cursor) {
    byte[] decoded;
    try {
      decoded = Base64.getUrlDecoder().decode(cursor);
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
    String text = new String(decoded, StandardCharsets.UTF_8);
    return text.startsWith(VERSION)
        ? WorkOrderId.parse(text.substring(VERSION.length()))
        : Optional.empty();
  }
}
