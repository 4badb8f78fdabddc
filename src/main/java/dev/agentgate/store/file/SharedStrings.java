package dev.agentgate.store.file;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

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
    return share(labels, List.of(flat), _ -> flat);
  }

  private Optional<String> share(String text) {
    return share(known, text, Optional::of);
  }

  /** Returns what is known by this key, or else something fresh, which is known from then on. */
  private static <K, V> V share(ConcurrentHashMap<K, V> known, K key, Function<K, V> maker) {
    V there = known.get(key);
    if (there != null) {
      return there;
    }
    V fresh = maker.apply(key);
    V earlier = known.size() < MOST ? known.putIfAbsent(key, fresh) : null;
    return earlier == null ? fresh : earlier;
  }
}
