package dev.agentgate.store.file;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets equal strings of many orders be one object. It takes in a bounded number, so that a client
 * that labels every order differently does not make it a leak.
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
