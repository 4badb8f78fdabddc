package dev.agentgate.workorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
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
  void idsSortAndCompareAsTheirTexts() {
    List<WorkOrderId> ids =
        Stream.of(
                "00000000000000000000000000",
                "00000000007ZZZZZZZZZZZZZZZ",
                "01KJMDEF8TJ3XDAPSBEGQFKBDV",
                "01KJMDEF8TZ3XDAPSBEGQFKBDV",
                "3ZZZZZZZZZZZZZZZZZZZZZZZZZ",
                "40000000000000000000000000",
                "7ZZZZZZZZZZZZZZZZZZZZZZZZZ")
            .map(ulid -> new WorkOrderId("wo_" + ulid))
            .toList();

    for (WorkOrderId one : ids) {
      for (WorkOrderId other : ids) {
        assertThat(Integer.signum(one.compareTo(other)))
            .isEqualTo(Integer.signum(one.value().compareTo(other.value())));
        assertThat(one.equals(other)).isEqualTo(one.value().equals(other.value()));
      }
      assertThat(one).hasSameHashCodeAs(new WorkOrderId(one.value()));
      assertThat(one).isNotEqualTo(new RunId(one.value().replace("wo_", "run_")));
    }
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
