package dev.agentgate.agent;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Overwrites secrets in text with {@code *}, byte for byte, so that offsets and lengths do not
 * change.
 *
 * <p>Secrets shorter than {@value #SHORTEST} bytes are not masked, because they would black out
 * ordinary words. Each line of a multi-line secret is masked separately. The escaped form that a
 * secret has in a JSON string is masked too. Safe for use by many threads.
 */
public final class SecretMask {
  /** Shorter secrets are not masked. */
  public static final int SHORTEST = 8;

  /** A mask that hides nothing. */
  public static final SecretMask NONE = new SecretMask(List.of());

  /** A fragment of a secret beside a cut is masked only if it has at least this many bytes. */
  private static final int PART = 4;

  private final byte[][] secrets;
  private final byte[][][] byFirstByte = new byte[256][][];
  private final int longest;

  public SecretMask(Collection<String> secrets) {
    Set<String> forms = new LinkedHashSet<>();
    secrets.stream()
        .flatMap(String::lines)
        .map(String::strip)
        .flatMap(line -> Stream.of(line, line.replace("\\", "\\\\").replace("\"", "\\\"")))
        .forEach(forms::add);
    this.secrets =
        forms.stream()
            .map(form -> form.getBytes(StandardCharsets.UTF_8))
            .filter(bytes -> bytes.length >= SHORTEST)
            .toArray(byte[][]::new);
    int most = 0;
    for (byte[] secret : this.secrets) {
      most = Math.max(most, secret.length);
    }
    this.longest = most;
    for (int first = 0; first < byFirstByte.length; first++) {
      List<byte[]> starting = new ArrayList<>();
      for (byte[] secret : this.secrets) {
        if ((secret[0] & 0xff) == first) {
          starting.add(secret);
        }
      }
      byFirstByte[first] = starting.toArray(byte[][]::new);
    }
  }

  /**
   * Returns how many bytes around a position must be known to tell whether it lies within a secret.
   */
  public int reach() {
    return Math.max(0, longest - 1);
  }

  /**
   * Masks every secret in {@code text}.
   *
   * @param cutBefore whether the bytes before {@code text} are lost, so that {@code text} may begin
   *     with the end of a secret
   * @param cutAfter whether the bytes after {@code text} are unknown, so that {@code text} may end
   *     with the start of a secret
   */
  public void apply(byte[] text, boolean cutBefore, boolean cutAfter) {
    if (secrets.length == 0) {
      return;
    }
    int head = cutBefore ? endOfSecretAtStart(text) : 0;
    int tail = cutAfter ? pending(text) : 0;
    // Secrets may overlap, so a stretch is overwritten only once no match can begin inside it.
    int from = 0;
    int to = 0;
    for (int at = 0; at < text.length; at++) {
      if (at == to && from < to) {
        Arrays.fill(text, from, to, (byte) '*');
        from = to;
      }
      for (byte[] secret : byFirstByte[text[at] & 0xff]) {
        if (startsWith(text, at, secret)) {
          from = at >= to ? at : from;
          to = Math.max(to, at + secret.length);
        }
      }
    }
    Arrays.fill(text, from, to, (byte) '*');
    if (head >= PART) {
      Arrays.fill(text, 0, head, (byte) '*');
    }
    if (tail >= PART) {
      Arrays.fill(text, text.length - tail, text.length, (byte) '*');
    }
  }

  /**
   * Returns the number of bytes at the end of the unmasked {@code text} that may begin a secret.
   */
  public int pending(byte[] text) {
    for (int length = Math.min(reach(), text.length); length > 0; length--) {
      for (byte[] secret : byFirstByte[text[text.length - length] & 0xff]) {
        if (length < secret.length
            && Arrays.equals(text, text.length - length, text.length, secret, 0, length)) {
          return length;
        }
      }
    }
    return 0;
  }

  private int endOfSecretAtStart(byte[] text) {
    for (int length = Math.min(reach(), text.length); length > 0; length--) {
      for (byte[] secret : secrets) {
        if (length < secret.length
            && Arrays.equals(text, 0, length, secret, secret.length - length, secret.length)) {
          return length;
        }
      }
    }
    return 0;
  }

  private static boolean startsWith(byte[] text, int at, byte[] secret) {
    return at + secret.length <= text.length
        && text[at + 1] == secret[1]
        && Arrays.equals(text, at, at + secret.length, secret, 0, secret.length);
  }
}
