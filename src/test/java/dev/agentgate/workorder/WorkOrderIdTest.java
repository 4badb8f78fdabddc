package dev.agentgate.workorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkOrderIdTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "wo_01KJMDEF8TJ3XDAPSBEGQFKBDV",
        "wo_00000000000000000000000000",
        "wo_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
      })
  void anIdIsThePrefixAndAUlid(String text) {
    assertThat(WorkOrderId.parse(text)).map(WorkOrderId::value).contains(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "wo_",
        "run_01KJMDEF8TJ3XDAPSBEGQFKBDV",
        "01KJMDEF8TJ3XDAPSBEGQFKBDV",
        "wo_01KJMDEF8TJ3XDAPSBEGQFKBD",
        "wo_01KJMDEF8TJ3XDAPSBEGQFKBDVX",
        "wo_01kjmdef8tj3xdapsbegqfkbdv",
        "wo_81KJMDEF8TJ3XDAPSBEGQFKBDV",
        "wo_01KJMDEF8TJ3XDAPSBEGQFKBDI",
        "wo_01KJMDEF8TJ3XDAPSBEGQFKBDL",
        "wo_01KJMDEF8TJ3XDAPSBEGQFKBDO",
        "wo_01KJMDEF8TJ3XDAPSBEGQFKBDU",
        "wo_01KJMDEF8TJ3XDAPSBEGQFKB\n",
        "wo_01KJMDEF8TJ3XDAPSBEGQFKBD/",
        "wo_../../../../../../etc/pass",
        "wo_\u0660\u0661KJMDEF8TJ3XDAPSBEGQFKBDV"
      })
  void nothingElseIs(String text) {
    assertThat(WorkOrderId.parse(text)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> new WorkOrderId(text));
  }

  @Test
  void laterIdsSortBehindEarlierOnes() {
    Instant now = Instant.parse("2026-11-22T10:00:00Z");
    WorkOrderId first = WorkOrderId.next(now);
    WorkOrderId second = WorkOrderId.next(now);
    WorkOrderId third = WorkOrderId.next(now.plusMillis(1));

    assertThat(first).isLessThan(second);
    assertThat(second).isLessThan(third);
  }
}
