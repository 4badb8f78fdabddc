package dev.agentgate.bench.peers;

import dev.agentgate.bench.Samples;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The results as Markdown. */
final class PeerTable {
  /** A line of a document has at most 120 characters. */
  private static final Pattern LINE = Pattern.compile("(.{1,118})(?: +|$)");

  private PeerTable() {}

  static String of(List<PeerResults> peers) {
    StringBuilder text = new StringBuilder();
    text.append("| | ")
        .append(peers.stream().map(p -> p.peer().name()).collect(Collectors.joining(" | ")))
        .append(" |\n|")
        .append(" --- |".repeat(peers.size() + 1))
        .append('\n');
    for (Measure measure : Measure.values()) {
      text.append("| ").append(measure.title());
      if (!measure.unit().isEmpty()) {
        text.append(", ").append(measure.unit());
      }
      for (PeerResults results : peers) {
        text.append(" | ").append(cell(results, measure));
      }
      text.append(" |\n");
    }
    text.append('\n');
    for (PeerResults results : peers) {
      String item =
          "- **%s** %s: %s."
              .formatted(results.peer().name(), results.version(), results.peer().setup());
      text.append(wrapped(item, "  ")).append('\n');
    }
    return text.toString();
  }

  /**
   * Divides a paragraph into lines.
   *
   * @param indent put before every line but the first
   */
  static String wrapped(String paragraph, String indent) {
    return LINE.matcher(paragraph)
        .results()
        .map(line -> line.group(1))
        .collect(Collectors.joining("\n" + indent));
  }

  private static String cell(PeerResults results, Measure measure) {
    return results
        .of(measure)
        .map(PeerTable::medianAndSpread)
        .orElseGet(() -> results.reason(measure));
  }

  private static String medianAndSpread(Samples samples) {
    if (samples.least() == samples.most()) {
      return figure(samples.median());
    }
    return figure(samples.median())
        + " ("
        + figure(samples.least())
        + "–"
        + figure(samples.most())
        + ")";
  }

  /** Writes a number with as many digits as mean something. */
  static String figure(double value) {
    return String.format(
        Locale.ROOT, value < 10 && value != Math.rint(value) ? "%.1f" : "%,.0f", value);
  }
}
