package dev.agentgate.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.queue.WorkOrderView;
import dev.agentgate.store.WorkOrderIdPage;
import dev.agentgate.wire.Answers.WorkOrderPage;
import dev.agentgate.workorder.WorkOrderId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Function;

/**
 * A page of work orders as JSON ({@link WorkOrderPage}), written piece by piece. A page of the
 * largest orders has 150 MB, but only one order and one piece of it are ever in memory. Not for
 * concurrent use.
 */
final class WorkOrderPageJson {
  /** A page that is not longer than this is one piece. */
  static final int PIECE = 256 * 1024;

  /** A piece to which the largest order was added: each character of its prompt is an escape. */
  static final int LARGEST_PIECE = PIECE + 1600 * 1024;

  private final ObjectMapper mapper;
  private final WorkOrderIdPage page;
  private final int limit;
  private final Function<WorkOrderId, Optional<WorkOrderView>> find;
  private final Iterator<WorkOrderId> ids;
  private boolean begun;
  private boolean any;
  private boolean done;

  /**
   * @param find empty for an order that has been removed meanwhile; it is left out
   */
  WorkOrderPageJson(
      ObjectMapper mapper,
      WorkOrderIdPage page,
      int limit,
      Function<WorkOrderId, Optional<WorkOrderView>> find) {
    this.mapper = mapper;
    this.page = page;
    this.limit = limit;
    this.find = find;
    this.ids = page.ids().iterator();
  }

  /** Whether the last piece was made. */
  boolean isDone() {
    return done;
  }

  /** The next piece: at most {@link #PIECE} bytes and one order. */
  byte[] next() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (!begun) {
      begun = true;
      write(out, "{\"items\":[");
    }
    while (ids.hasNext() && out.size() < PIECE) {
      Optional<WorkOrderView> order = find.apply(ids.next());
      if (order.isPresent()) {
        if (any) {
          out.write(',');
        }
        any = true;
        out.writeBytes(mapper.writeValueAsBytes(WireRecords.of(order.get())));
      }
    }
    if (!ids.hasNext()) {
      done = true;
      write(out, "]," + rest().substring(1));
    }
    return out.toByteArray();
  }

  private String rest() {
    ObjectNode rest = mapper.createObjectNode();
    rest.put("total", page.total());
    rest.put("limit", limit);
    if (page.hasMore()) {
      rest.put("nextCursor", Cursor.after(page.ids().getLast()));
    }
    rest.put("hasMore", page.hasMore());
    return rest.toString();
  }

  private static void write(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
