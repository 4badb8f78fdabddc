package dev.agentgate.cli.remote;

import dev.agentgate.cli.remote.EventStream.Event;
import dev.agentgate.cli.remote.EventStream.Item;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Takes server-sent events apart. */
final class EventReader {
  private final BufferedReader lines;
  private String id = "";

  EventReader(InputStream body) {
    this.lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
  }

  /** The next event, or a beat for a comment; null at the end, where half an event is dropped. */
  @Nullable Item next() throws IOException {
    StringBuilder data = new StringBuilder();
    String name = "message";
    boolean any = false;
    boolean comment = false;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isEmpty()) {
        if (any) {
          // The last line feed ends the data; it is no part of it.
          data.setLength(data.length() - 1);
          return new Event(name, data.toString(), id);
        }
        if (comment) {
          return new Item.Beat(id);
        }
        continue;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      if (value.startsWith(" ")) {
        value = value.substring(1);
      }
      switch (field) {
        case "" -> comment = true;
        case "id" -> id = value;
        case "event" -> name = value;
        case "data" -> {
          data.append(value).append('\n');
          any = true;
        }
        default -> {}
      }
    }
    return null;
  }
}
