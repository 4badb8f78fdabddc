package dev.agentgate.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.api.problem.ApiException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestJsonTest {
  @Test
  void aByteOrderMarkAtTheStartIsIgnored() {
    assertThat(RequestJson.parseObject("\uFEFF{\"a\": \"\uFEFFb\"}".getBytes(UTF_8)))
        .isEqualTo(RequestJson.parseObject("{\"a\": \"\uFEFFb\"}".getBytes(UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uFEFF", "\uFEFF\uFEFF{}", "{}\uFEFF", " \uFEFF{}"})
  void oneAnywhereElseIsNoJson(String body) {
    assertThatThrownBy(() -> RequestJson.parseObject(body.getBytes(UTF_8)))
        .isInstanceOf(ApiException.class);
  }

  @Test
  void aBodyThatTricklesHasADeadlineAsAWhole() {
    AtomicLong now = new AtomicLong();
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            now.addAndGet(Duration.ofSeconds(59).toNanos());
            return ' ';
          }

          @Override
          public int read(byte[] into, int from, int most) {
            into[from] = (byte) read();
            return 1;
          }
        };

    assertThatThrownBy(
            () -> new TimedBody(endless, Duration.ofMinutes(2), now::get).readNBytes(1_000))
        .isInstanceOf(TimedBody.TooSlowException.class);
    assertThat(Duration.ofNanos(now.get())).isLessThan(Duration.ofMinutes(20));
  }

  @Test
  void aBodyThatHasEndedIsNotTooSlow() throws IOException {
    AtomicLong now = new AtomicLong();
    TimedBody body =
        new TimedBody(
            new ByteArrayInputStream("{}".getBytes(UTF_8)), Duration.ofMinutes(2), now::get);
    assertThat(body.readNBytes(2)).hasSize(2);

    now.addAndGet(Duration.ofHours(1).toNanos());

    assertThat(body.readNBytes(1)).isEmpty();
  }
}
