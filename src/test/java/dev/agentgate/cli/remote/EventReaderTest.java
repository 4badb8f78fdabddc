package dev.agentgate.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.cli.remote.EventStream.Event;
import dev.agentgate.cli.remote.EventStream.Item;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventReaderTest {
  private static List<Item> read(String text) throws IOException {
    EventReader reader =
        new EventReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    List<Item> items = new ArrayList<>();
    for (Item item = reader.next(); item != null; item = reader.next()) {
      items.add(item);
    }
    return items;
  }

  @Test
  void anEventHasAllItsLines() throws IOException {
    assertThat(read("id: 6\nevent: log\ndata: a\ndata:\ndata:  b\n\n"))
        .containsExactly(new Event("log", "a\n\n b", "6"));
  }

  @Test
  void anIdStaysUntilTheNextOne() throws IOException {
    assertThat(read("id: 6\ndata: a\n\ndata: b\r\n\r\n"))
        .containsExactly(new Event("message", "a", "6"), new Event("message", "b", "6"));
  }

  @Test
  void aCommentIsABeatAndMayCarryAnId() throws IOException {
    assertThat(read(":\n\n:\nid: e7\n\n\n"))
        .containsExactly(new Item.Beat(""), new Item.Beat("e7"));
  }

  @Test
  void halfAnEventIsDropped() throws IOException {
    assertThat(read("data: a\n\nid: 9\ndata: b")).containsExactly(new Event("message", "a", ""));
  }
}
