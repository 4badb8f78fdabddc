package dev.agentgate.workorder;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class Rfc3339Test {
  @Test
  void aTimeHasItsMillisecondsOnAWholeSecondToo() {
    assertThat(Rfc3339.text(Instant.ofEpochSecond(0))).isEqualTo("1970-01-01T00:00:00.000Z");
    assertThat(Rfc3339.text(Instant.ofEpochSecond(0, 1_999_999)))
        .isEqualTo("1970-01-01T00:00:00.001Z");
  }
}
