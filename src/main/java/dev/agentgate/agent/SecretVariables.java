package dev.agentgate.agent;

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
 * Finds the secrets in environment variables: values of variables with telling names, and passwords
 * in addresses. Models, addresses, paths and switches are not secrets, so that a log stays
 * readable.
 */
public final class SecretVariables {
  /** Words that make a variable's value a secret, alone or at the end of a longer word. */
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

  /** Words that count only if they stand alone: MONKEY and COMPASS do not name secrets. */
  private static final Set<String> LONE_SECRET_WORDS =
      Set.of("KEY", "KEYS", "PASS", "PWD", "PAT", "AUTH", "COOKIE", "HEADERS");

  private static final Set<String> MAY_BE_PATHS = Set.of("CREDENTIAL", "CREDENTIALS", "PWD");

  /** A name that ends with one of these describes a secret, but its value is not one. */
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

  /**
   * The part of an address before its host. Greedy, because a password may contain an {@code @}.
   */
  private static final Pattern USER_INFO =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://([^\\s/?#\"']+)@");

  private SecretVariables() {}

  /**
   * Returns the secrets in these variables, for {@link SecretMask}.
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

  /** Returns the passwords in the addresses of a value. */
  private static Stream<String> passwordsIn(String value) {
    return USER_INFO
        .matcher(value)
        .results()
        .flatMap(found -> {
          String userInfo = found.group(1);
          int colon = userInfo.indexOf(':');
          // A user without a password is a token, or is too short to be masked, as in git@.
          String password = userInfo.substring(colon + 1);
          if (password.isEmpty()) {
            return Stream.empty();
          }
          // A mask ignores short secrets. Together with the user's name this one is long enough.
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
