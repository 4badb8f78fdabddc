package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the agents of one order write while they live: a line with the time and their workspace,
 * every few hundredths of a second. The time is the machine's own, which no pause of a service
 * changes.
 */
final class RunStamps {
  private final Path file;
  private final Path end;

  /**
   * @param file where the agents write
   */
  RunStamps(Path file) {
    this.file = file;
    this.end = file.resolveSibling(file.getFileName() + ".end");
  }

  /** When one agent wrote for the first and for the last time, as time since the boot. */
  record Span(Path workspace, Duration first, Duration last) {}

  /** An agent that ignores SIGTERM, and writes until {@link #finish}. */
  String script() {
    return "trap '' TERM INT HUP; while [ ! -e '"
        + end
        + "' ]; do read -r up idle </proc/uptime; echo \"$up $AGENTGATE_WORKSPACE\" >>'"
        + file
        + "'; sleep 0.05; done";
  }

  /** Lets the agents end, and those that are still to start. */
  void finish() {
    try {
      Files.writeString(end, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every run of the order, the first one first. */
  List<Span> spans() {
    Map<Path, Span> byWorkspace = new LinkedHashMap<>();
    for (String line : lines()) {
      String[] fields = line.split(" ", 2);
      Duration at = duration(fields[0]);
      Span next = new Span(Path.of(fields[1]), at, at);
      byWorkspace.merge(
          next.workspace(),
          next,
          (before, now) -> new Span(before.workspace(), before.first(), now.last()));
    }
    List<Span> spans = new ArrayList<>(byWorkspace.values());
    spans.sort(Comparator.comparing(Span::first));
    return spans;
  }

  private List<String> lines() {
    try {
      if (!Files.exists(file)) {
        return List.of();
      }
      String text = Files.readString(file, StandardCharsets.UTF_8);
      // The last line may not be complete yet.
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void assertOneAtATime() {
    List<Span> spans = spans();
    for (int i = 1; i < spans.size(); i++) {
      assertThat(spans.get(i).first())
          .as("%s ran in two places: %s", file, spans)
          .isGreaterThan(spans.get(i - 1).last());
    }
  }

  /** The time since the machine booted. */
  static Duration uptime() {
    try {
      String text = Files.readString(Path.of("/proc/uptime"), StandardCharsets.US_ASCII);
      return duration(text.substring(0, text.indexOf(' ')));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Duration duration(String seconds) {
    return Duration.ofMillis(Math.round(Double.parseDouble(seconds) * 1000));
  }
}
