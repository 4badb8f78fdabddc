package dev.agentgate.store.file;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Replaces equal strings of many orders by one object. It keeps a limited number of strings, so
 * that memory does not leak if a client labels every order differently.
 */
final class SharedStrings {
  private static final int MOST = 10_000;

  private final ConcurrentHashMap<String, Optional<String>> known = new ConcurrentHashMap<>();

  String of(String text) {
    return share(text).orElse(text);
  }

  Optional<String> optional(Optional<String> text) {
    return text.isEmpty() ? text : share(text.get());
  }

  private Optional<String> share(String text) {
    Optional<String> there = known.get(text);
    if (there != null) {
      return there;
    }
    Optional<String> fresh = Optional.of(text);
    if (known.size() < MOST) {
      Optional<String> earlier = known.putIfAbsent(text, fresh);
      return earlier == null ? fresh : earlier;
    }
    return fresh;
  }
}
