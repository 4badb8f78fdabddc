package dev.agentgate.git;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Checks names of branches as git does.
 *
 * @see <a href="https://git-scm.com/docs/git-check-ref-format">git-check-ref-format</a>
 */
public final class BranchName {
  /**
   * Leaves room for the suffix of git's {@code .lock} file beside a ref of that name, within 255
   * bytes.
   */
  private static final int MAX_BYTES = 250;

  private static final String FORBIDDEN = " ~^:?*[\\\u007f";

  private BranchName() {}

  /** Whether this is a valid branch name; {@code HEAD} and full ref names are not. */
  public static boolean isValid(String name) {
    if (name.isEmpty()
        || name.equals("@")
        || name.equals("HEAD")
        || name.startsWith("-")
        || name.startsWith("refs/")
        || name.endsWith(".")
        || name.contains("..")
        || name.contains("@{")) {
      return false;
    }
    if (name.chars().anyMatch(c -> Character.isISOControl(c) || FORBIDDEN.indexOf(c) >= 0)) {
      return false;
    }
    for (String component : name.split("/", -1)) {
      if (component.isEmpty() || component.startsWith(".") || component.endsWith(".lock")) {
        return false;
      }
    }
    try {
      // An unpaired surrogate would reach git as a different name.
      return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name)).remaining()
          <= MAX_BYTES;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
