package dev.agentgate.output;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Tells which values of environment variables are secrets: those whose names say so, and passwords
 * in addresses. Models, addresses, paths and switches are none, so that a log stays readable.
 */
public final class SecretVariables {
  /** A word of a name that makes its value a secret, alone or at the end of a longer word. */
  private static final List<String> SECRET_WORDS =
      List.of(
          "TOKEN",
          "SECRET",
          "SECRETS",
          "PASSWORD",
          "PASSWD",
          "PASSPHRASE",
          "CREDENTIAL",
          "CREDENTIALS",
          "APIKEY",
          "ACCESSKEY",
          "PRIVATEKEY",
          "SECRETKEY");

  /** Words that mean a secret only where they stand alone: MONKEY and COMPASS are none. */
  private static final Set<String> LONE_SECRET_WORDS =
      Set.of("KEY", "KEYS", "PASS", "PWD", "PAT", "AUTH", "COOKIE", "HEADERS");

  private static final Set<String> MAY_BE_PATHS = Set.of("CREDENTIAL", "CREDENTIALS", "PWD");

  /** What a name ends with whose value is about a secret, and is none itself. */
  private static final Set<String> HARMLESS_ENDS =
      Set.of(
          "URL",
          "URI",
          "ENDPOINT",
          "HOST",
          "PORT",
          "FILE",
          "PATH",
          "DIR",
          "HOME",
          "SOCK",
          "MODEL",
          "NAME",
          "TYPE",
          "REGION",
          "HELPER",
          "COMMAND",
          "MS",
          "SECONDS",
          "TTL",
          "LIMIT");

  private static final Pattern WORDS = Pattern.compile("[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])");

  /** The part of an address before its host; greedy, for a password may hold an {@code @}. */
  private static final Pattern USER_INFO =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://([^\\s/?#\"']+)@");

  private SecretVariables() {}

  /**
   * The secrets in these variables, as {@link SecretMask} takes them.
   *
   * @param variables values by name
   */
  public static Set<String> secretsIn(Map<String, String> variables) {
    Set<String> secrets = new LinkedHashSet<>();
    variables.forEach((name, value) -> {
      if (isSecret(name, value)) {
        secrets.add(value);
      }
      passwordsIn(value).forEach(secrets::add);
    });
    return secrets;
  }

  private static boolean isSecret(String name, String value) {
    List<String> words =
        WORDS.splitAsStream(name).map(word -> word.toUpperCase(Locale.ROOT)).toList();
    if (words.isEmpty() || HARMLESS_ENDS.contains(words.getLast())) {
      return false;
    }
    // GOOGLE_APPLICATION_CREDENTIALS is the path of a file, and PWD that of a directory.
    if (MAY_BE_PATHS.contains(words.getLast()) && value.startsWith("/")) {
      return false;
    }
    return words.stream()
        .anyMatch(word ->
            LONE_SECRET_WORDS.contains(word) || SECRET_WORDS.stream().anyMatch(word::endsWith));
  }

  /** The passwords in the addresses of a value. */
  private static Stream<String> passwordsIn(String value) {
    return USER_INFO
        .matcher(value)
        .results()
        .flatMap(found -> {
          String userInfo = found.group(1);
          int colon = userInfo.indexOf(':');
          // A user without a password is a token, or too short to be masked: git@.
          String password = userInfo.substring(colon + 1);
          if (password.isEmpty()) {
            return Stream.empty();
          }
          // A mask leaves short secrets alone. With the user's name beside it this one is long
          // enough.
          String whole = userInfo + "@";
          return colon >= 0 && bytes(password) < SecretMask.SHORTEST
              ? Stream.of(whole)
              : Stream.of(password, decoded(password));
        });
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
