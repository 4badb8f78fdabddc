package dev.agentgate.store.file;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Replaces equal strings, and equal short lists of labels, of many orders by one object. It keeps a
 * limited number of them, so that memory does not leak if a client labels every order differently.
 */
final class SharedStrings {
  private static final int MOST = 10_000;

  /** Longer lists are not shared: they would take much memory, and are seldom equal. */
  private static final int LONGEST = 8;

  private final ConcurrentHashMap<String, Optional<String>> known = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<List<String>, String[]> labels = new ConcurrentHashMap<>();

  String of(String text) {
    return share(text).orElse(text);
  }

  Optional<String> optional(Optional<String> text) {
    return text.isEmpty() ? text : share(text.get());
  }

  /**
   * Returns an array with the same strings, which nobody may change.
   *
   * @param flat key, value, key, value …
   */
  String[] labels(String[] flat) {
    if (flat.length > LONGEST) {
      return flat;
    }
    List<String> all = List.of(flat);
    String[] there = labels.get(all);
    if (there != null || labels.size() >= MOST) {
      return there == null ? flat : there;
    }
    String[] earlier = labels.putIfAbsent(all, flat);
    return earlier == null ? flat : earlier;
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
