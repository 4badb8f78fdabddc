package dev.agentgate.store.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkOrderCodecTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final WorkOrders random = new WorkOrders(7);

  private static ObjectNode tree(WorkOrder order) throws Exception {
    return (ObjectNode) JSON.readTree(WorkOrderCodec.encode(order));
  }

  private static void expectRefused(ObjectNode json, String reason) throws Exception {
    byte[] bytes = JSON.writeValueAsBytes(json);
    assertThatThrownBy(() -> WorkOrderCodec.decode(bytes))
        .isInstanceOf(UnreadableRecordException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void everyOrderReadsBackAsItWas() throws Exception {
    for (int i = 0; i < 3_000; i++) {
      WorkOrder order = random.any();
      assertThat(WorkOrderCodec.decode(WorkOrderCodec.encode(order))).isEqualTo(order);
    }
  }

  @Test
  void unknownFieldsAreSkipped() throws Exception {
    WorkOrder order = WorkOrders.queued();
    ObjectNode json = tree(order);
    json.putObject("later").putArray("version").add(1);

    assertThat(WorkOrderCodec.decode(JSON.writeValueAsBytes(json))).isEqualTo(order);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "schemaVersion",
        "revision",
        "id",
        "status",
        "taskPrompt",
        "agentType",
        "workspaceSource",
        "config",
        "priority",
        "labels",
        "attempt",
        "runs",
        "createdAt",
        "updatedAt",
        "queuedAt",
        "requested"
      })
  void anOrderThatLacksAFieldIsRefusedByItsName(String field) throws Exception {
    ObjectNode json = tree(WorkOrders.queued());
    json.remove(field);

    expectRefused(json, field.equals("schemaVersion") ? "schemaVersion" : field + " is missing");
  }

  @ParameterizedTest
  @CsvSource({
    "RUNNING,currentRunId", "RUNNING,startedAt", "RUNNING,timeoutAt", "COMPLETED,completedAt",
    "FAILED,failedAt", "FAILED,failureReason", "FAILED,error", "CANCELLED,cancelledAt"
  })
  void anOrderThatLacksWhatItsStateNeedsIsRefused(WorkOrderStatus status, String field)
      throws Exception {
    ObjectNode json = tree(random.any(status));
    json.remove(field);

    expectRefused(json, field + " is missing");
  }

  @ParameterizedTest
  @CsvSource({
    "taskPrompt,1",
    "taskPrompt,''",
    "revision,\"1\"",
    "revision,0",
    "revision,1.5",
    "revision,99999999999999999999",
    "priority,101",
    "priority,-101",
    "priority,true",
    "labels,[]",
    "labels,{\"a\":1}",
    "runs,{}",
    "runs,[\"x\"]",
    "createdAt,0",
    "createdAt,\"today\"",
    "createdAt,\"2026-13-01T00:00:00Z\"",
    "createdAt,\"2026-01-01T00:60:00Z\"",
    "attempt,-1",
    "schemaVersion,2",
    "status,\"lost\"",
    "id,\"wo_1\"",
    "requested,\"yes\"",
    "maxIterations,101",
    "config,7",
    "config,{}",
    "workspaceSource,\"x\"",
    "idempotencyKey,{}",
    "notBefore,null",
    "workspaceSource,{\"type\":\"github\"}",
    "workspaceSource,{\"type\":\"svn\"}"
  })
  void aWrongValueIsRefused(String field, String value) throws Exception {
    ObjectNode json = tree(WorkOrders.queued());
    json.set(field, JSON.readTree(value.isEmpty() ? "\"\"" : value));

    expectRefused(json, field);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'github','owner':'-x','repo':'r'}",
        "{'type':'github','owner':'o','repo':'..'}",
        "{'type':'github','owner':'a/b','repo':'r'}",
        "{'type':'local','path':'relative'}",
        "{'type':'github','owner':'o','repo':'r','branch':'--upload-pack=x'}",
        "{'type':'git','url':'--upload-pack=x'}",
        "{'type':'git','url':'ext::sh -c x'}",
        "{'type':'git','url':'ext::x'}"
      })
  void aSourceThatCouldActAsSomethingElseIsRefused(String source) throws Exception {
    ObjectNode json = tree(WorkOrders.queued());
    json.set("workspaceSource", JSON.readTree(source.replace('\'', '"')));

    expectRefused(json, "workspaceSource");
  }

  @Test
  void whatIsNotOneWholeJsonObjectIsRefused() {
    String whole = new String(WorkOrderCodec.encode(WorkOrders.queued()), UTF_8);
    for (String text :
        List.of("", " ", "[]", "null", whole + "x", whole + whole, whole.strip().substring(1))) {
      assertThatThrownBy(() -> WorkOrderCodec.decode(text.getBytes(UTF_8)))
          .as(text)
          .isInstanceOf(UnreadableRecordException.class);
    }
    for (int length = 0; length < whole.length() - 2; length++) {
      byte[] cut = whole.substring(0, length).getBytes(UTF_8);
      assertThatThrownBy(() -> WorkOrderCodec.decode(cut))
          .isInstanceOf(UnreadableRecordException.class);
    }
  }

  @Test
  void theReasonNamesNoPrompt() {
    byte[] json = "{\"taskPrompt\": \"secret\" secret2".getBytes(UTF_8);

    assertThatThrownBy(() -> WorkOrderCodec.decode(json))
        .hasMessageContaining("malformed JSON at line 1")
        .hasMessageNotContaining("secret");
  }
}
