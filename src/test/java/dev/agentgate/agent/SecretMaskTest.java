package dev.agentgate.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SecretMaskTest {
  private static String masked(SecretMask mask, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    mask.apply(bytes, false, false);
    return new String(bytes, UTF_8);
  }

  @Test
  void eachByteOfASecretBecomesAStar() {
    SecretMask mask = new SecretMask(List.of("s3cret-token"));
    assertThat(masked(mask, "a s3cret-token b s3cret-toke c s3cret-token"))
        .isEqualTo("a ************ b s3cret-toke c ************");
  }

  @Test
  void aShortSecretIsLeftAlone() {
    assertThat(masked(new SecretMask(List.of("1234567", "")), "1234567")).isEqualTo("1234567");
  }

  @Test
  void overlappingSecretsAreAllMasked() {
    SecretMask mask = new SecretMask(List.of("abababab", "babababcd", "cdefghij"));
    assertThat(masked(mask, "xabababababcdefghijx")).isEqualTo("x" + "*".repeat(18) + "x");
  }

  @Test
  void eachLineOfASecretAndItsJsonFormAreMasked() {
    SecretMask mask = new SecretMask(List.of("first-line\nsecond-line", "quo\"te\\back"));
    assertThat(masked(mask, "first-line\\nsecond-line quo\\\"te\\\\back quo\"te\\back"))
        .isEqualTo("**********\\n*********** ************* ***********");
  }

  @Test
  void masksWhatASearchForEverySecretFinds() {
    long seed = 20260101L;
    Random random = new Random(seed);
    List<String> secrets = List.of("aabbaabb", "abababababab", "bbbbbbbba", "baabbaab");
    SecretMask mask = new SecretMask(secrets);
    for (int round = 0; round < 500; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 200; i++) {
        text.append(random.nextInt(4) == 0 ? 'c' : random.nextBoolean() ? 'a' : 'b');
      }
      StringBuilder expected = new StringBuilder(text);
      for (String secret : secrets) {
        for (int at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
          expected.replace(at, at + secret.length(), "*".repeat(secret.length()));
        }
      }
      assertThat(masked(mask, text.toString()))
          .as("seed %d round %d", seed, round)
          .isEqualTo(expected.toString());
    }
  }

  @Test
  void whatMayBecomeASecretIsPending() {
    SecretMask mask = new SecretMask(List.of("s3cret-token"));
    assertThat(mask.pending("text s3cret-".getBytes(UTF_8))).isEqualTo(7);
    assertThat(mask.pending("text s3cret-x".getBytes(UTF_8))).isZero();
    assertThat(mask.pending("s3cret-token".getBytes(UTF_8))).isZero();
  }

  @Test
  void partsOfASecretBesideACutAreMasked() {
    SecretMask mask = new SecretMask(List.of("s3cret-token"));
    byte[] text = "t-token and s3cret".getBytes(UTF_8);
    mask.apply(text, true, true);
    assertThat(new String(text, UTF_8)).isEqualTo("******* and ******");
  }
}
