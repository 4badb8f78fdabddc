package dev.agentgate.config;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The framework's keys that say how a database is reached. Users set them as they set the service's
 * own keys: their values are taken as they are written, and may come from mounted files.
 */
final class DatabaseAccess {
  static final Set<String> KEYS =
      Set.of(
          "quarkus.datasource.jdbc.url",
          "quarkus.datasource.username",
          "quarkus.datasource.password");

  /** The environment variables of these keys. */
  static final Set<String> VARIABLES =
      KEYS.stream()
          .map(key -> key.toUpperCase(Locale.ROOT).replace('.', '_'))
          .collect(Collectors.toUnmodifiableSet());

  /** Whether the variable sets one of these keys, directly or by naming a file. */
  static boolean isVariable(String name) {
    return VARIABLES.contains(name) || VARIABLES.contains(name.replaceFirst("_FILE$", ""));
  }

  private DatabaseAccess() {}
}
