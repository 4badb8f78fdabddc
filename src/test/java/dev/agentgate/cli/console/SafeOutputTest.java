package dev.agentgate.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeOutputTest {

  /** In these, ESC stands for the escape character, BEL for the bell, C1 for U+009B. */
  @ParameterizedTest
  @CsvSource({
    "plain ü text,plain ü text",
    "ESC[1;31mredESC[0m,ESC[1;31mredESC[0m",
    "ESC[38:2::1:2:3mx,ESC[38:2::1:2:3mx",
    "aESC[2Jb,ab",
    "aESC[?1049hb,ab",
    "aESC]0;titleBELb,ab",
    "aESC]8;;http://x\\b,ab",
    "aESCcb,ab",
    "aBELb,ab",
    "aC12Jb,a2Jb",
    "aESC[12345678901234567890123456789012345678901234567890123456789012345mb,ab",
    "aESC[>4mb,ab",
    "aESC[31,a",
    "aESCESC[1mb,aESC[1mb",
  })
  void onlyColoursPass(String written, String expected) throws IOException {
    assertThat(filtered(written, Integer.MAX_VALUE)).isEqualTo(decoded(expected));
    assertThat(filtered(written, 1)).as("byte by byte").isEqualTo(decoded(expected));
  }

  private static String filtered(String text, int step) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] bytes = decoded(text).getBytes(StandardCharsets.UTF_8);
    try (SafeOutput safe = new SafeOutput(out)) {
      for (int i = 0; i < bytes.length; i += Math.min(step, bytes.length)) {
        safe.write(bytes, i, Math.min(step, bytes.length - i));
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String decoded(String text) {
    return text.replace("ESC", "\u001b").replace("BEL", "\u0007").replace("C1", "\u009b");
  }
}
