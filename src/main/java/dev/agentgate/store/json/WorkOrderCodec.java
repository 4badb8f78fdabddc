package dev.agentgate.store.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerationException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Lease;
import dev.agentgate.workorder.WorkOrder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Converts an order to and from JSON: the flat shape of the API, plus what is needed to restore
 * exactly the same order. It is written by hand so that nothing depends on reflection, and it reads
 * a stream because every start reads all orders. Unknown fields are skipped; any other deviation is
 * refused.
 */
public final class WorkOrderCodec {
  static final int SCHEMA_VERSION = 1;

  /** The lease of every running order that is read: leases are not part of the JSON. */
  public static final Lease UNWRITTEN_LEASE = new Lease(new InstanceId("local"), Optional.empty());

  private static final JsonFactory JSON = new JsonFactory();

  // A client may send half a surrogate pair as an escape. UTF-8 cannot encode it, an escape can.
  private static final JsonFactory ESCAPING_JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final DefaultPrettyPrinter LAYOUT =
      new DefaultPrettyPrinter(
              Separators.createDefaultInstance()
                  .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
          .withObjectIndenter(new DefaultIndenter("  ", "\n"));

  private WorkOrderCodec() {}

  public static byte[] encode(WorkOrder order) {
    try {
      return encode(order, JSON);
    } catch (JsonGenerationException e) {
      return encodeEscaped(order);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] encodeEscaped(WorkOrder order) {
    try {
      return encode(order, ESCAPING_JSON);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] encode(WorkOrder order, JsonFactory json) throws IOException {
    try (ByteArrayBuilder out = new ByteArrayBuilder(1024)) {
      try (JsonGenerator to = json.createGenerator(out)) {
        to.setPrettyPrinter(LAYOUT.createInstance());
        WorkOrderWriter.write(order, to);
      }
      out.write('\n');
      return out.toByteArray();
    }
  }

  public static WorkOrder decode(byte[] json) throws UnreadableRecordException {
    return decode(json, json.length);
  }

  /**
   * Reads an order.
   *
   * @param length how many bytes of {@code json} belong to the order
   * @throws UnreadableRecordException if it is not a complete and valid order of a known schema
   */
  public static WorkOrder decode(byte[] json, int length) throws UnreadableRecordException {
    WorkOrderReader fields = new WorkOrderReader();
    try (JsonParser from = JSON.createParser(json, 0, length)) {
      JsonFields.begin(from);
      fields.read(from);
      if (from.nextToken() != null) {
        throw new UnreadableRecordException("something follows the JSON object");
      }
      return fields.order();
    } catch (IOException e) {
      throw JsonFields.malformed(e);
    }
  }
}
