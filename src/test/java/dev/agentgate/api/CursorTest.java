package dev.agentgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.WorkOrderId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

  @Test
  void aCursorLeadsBackToItsOrder() {
    WorkOrderId id = WorkOrderId.next(Instant.EPOCH);
    assertThat(Cursor.after(id)).matches("[A-Za-z0-9_-]+");
    assertThat(Cursor.parse(Cursor.after(id))).contains(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1:",
        "2:wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD",
        "1:../x",
        "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD"
      })
  void whatThisServiceDidNotGiveIsNone(String content) {
    assertThat(
            Cursor.parse(
                Base64.getUrlEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8))))
        .isEmpty();
    assertThat(Cursor.parse("%" + content)).isEmpty();
  }
}
