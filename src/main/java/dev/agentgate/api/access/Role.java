package dev.agentgate.api.access;

import java.util.Locale;
import java.util.Optional;

/** The rights of a key. Each role may do everything that the roles before it may do. */
public enum Role {
  /** Reads. */
  VIEWER,
  /** Also submits, cancels and triggers. */
  OPERATOR,
  /** Also kills, purges and pauses. */
  ADMIN;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /** The name in the keys file and in answers: lower case. */
  public String wireName() {
    return wireName;
  }

  /** Whether this role may do what needs {@code other}. */
  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  /** Reads a {@link #wireName()}; empty if there is no such role. */
  public static Optional<Role> parse(String text) {
    for (Role role : values()) {
      if (role.wireName.equals(text)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
