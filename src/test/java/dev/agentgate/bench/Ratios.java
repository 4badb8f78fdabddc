package dev.agentgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The ratios of one run: what was measured, in units of a reference that was measured beside it. A
 * higher ratio is always the better one.
 *
 * <p>Runs on different machines can be compared by their ratios, though not by their figures. So
 * the repository holds the ratios of a good run, one per line, {@code name=ratio}, sorted.
 */
final class Ratios {
  /** A ratio that is lower than this part of the stored one has become worse. */
  private static final double TOLERATED = 0.8;

  private final Map<String, Samples> samples = new TreeMap<>();

  /** Adds the ratio of one round. */
  void add(String name, double ratio) {
    samples.computeIfAbsent(name, _ -> new Samples()).add(ratio);
  }

  double median(String name) {
    Samples found = samples.get(name);
    if (found == null) {
      throw new IllegalArgumentException("Not measured: " + name);
    }
    return found.median();
  }

  /** Writes the medians to a file; lines about other ratios stay. */
  void save(Path file) {
    Map<String, Double> all = new TreeMap<>(read(file));
    samples.forEach((name, rounds) -> all.put(name, rounds.median()));
    try {
      Files.writeString(
          file,
          all.entrySet().stream()
              .map(e -> String.format(Locale.ROOT, "%s=%.3f%n", e.getKey(), e.getValue()))
              .collect(Collectors.joining()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compares the medians with a file, and prints each; returns those that fell too far. */
  List<String> compare(Path file) {
    Map<String, Double> stored = read(file);
    List<String> worse = new ArrayList<>();
    samples.forEach((name, rounds) -> {
      double now = rounds.median();
      Double then = stored.get(name);
      if (then == null) {
        System.out.printf(Locale.ROOT, "check: %s: %.3f, with nothing to compare%n", name, now);
        return;
      }
      boolean fell = now < then * TOLERATED;
      System.out.printf(
          Locale.ROOT,
          "check: %s: %.3f to %.3f in the repository = %.2f%s%n",
          name,
          now,
          then,
          now / then,
          fell ? ", FELL by more than a fifth" : "");
      if (fell) {
        worse.add(name);
      }
    });
    return worse;
  }

  private static Map<String, Double> read(Path file) {
    if (!Files.exists(file)) {
      return Map.of();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .map(line -> line.split("=", 2))
          .collect(Collectors.toMap(line -> line[0], line -> Double.valueOf(line[1])));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
