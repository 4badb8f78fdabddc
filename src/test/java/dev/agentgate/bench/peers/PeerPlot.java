package dev.agentgate.bench.peers;

import dev.agentgate.bench.Samples;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The results as a picture: one panel per measure, one bar per peer with its median, and a line
 * from the least to the most. Its colours follow the reader's light or dark theme.
 */
final class PeerPlot {
  private static final int WIDTH = 860;
  private static final int COLUMNS = 2;
  private static final int PANEL_WIDTH = WIDTH / COLUMNS;
  private static final int NAME_WIDTH = 108;
  private static final int BAR_WIDTH = 180;
  private static final int ROW = 19;
  private static final int TITLE = 38;
  private static final int MARGIN = 14;
  private static final String STYLE =
      """
      <style>
      text { font: 12px system-ui, sans-serif; fill: #1f2328; }
      .title { font-weight: 600; }
      .quiet { fill: #59636e; }
      .bar { fill: #8c959f; }
      .ours { fill: #0969da; }
      .spread { stroke: #1f2328; stroke-width: 1.5; }
      .ground { fill: #ffffff; }
      @media (prefers-color-scheme: dark) {
        text { fill: #f0f6fc; }
        .quiet { fill: #9198a1; }
        .bar { fill: #656c76; }
        .ours { fill: #4493f8; }
        .spread { stroke: #f0f6fc; }
        .ground { fill: #0d1117; }
      }
      </style>
      """;

  private final List<PeerResults> peers;
  private final StringBuilder svg = new StringBuilder();

  private PeerPlot(List<PeerResults> peers) {
    this.peers = peers;
  }

  static String of(List<PeerResults> peers) {
    return new PeerPlot(peers).draw();
  }

  private String draw() {
    Measure[] measures = Measure.values();
    int panelHeight = TITLE + peers.size() * ROW + MARGIN;
    int height = (measures.length + COLUMNS - 1) / COLUMNS * panelHeight + MARGIN;
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n",
            WIDTH,
            height));
    svg.append(
        String.format(
            Locale.ROOT,
            "<title>AgentGate and its peers on one machine; the table has the figures</title>\n"));
    svg.append(STYLE);
    svg.append(
        String.format(
            Locale.ROOT, "<rect class=\"ground\" width=\"%d\" height=\"%d\"/>\n", WIDTH, height));
    for (int i = 0; i < measures.length; i++) {
      panel(measures[i], i % COLUMNS * PANEL_WIDTH + MARGIN, i / COLUMNS * panelHeight);
    }
    return svg.append("</svg>\n").toString();
  }

  private void panel(Measure measure, int left, int top) {
    String unit = measure.unit().isEmpty() ? "" : ", " + measure.unit();
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class=\"title\" x=\"%d\" y=\"%d\">%s%s<tspan class=\"quiet\"> %s</tspan></text>\n",
            left,
            top + TITLE - 12,
            measure.title(),
            unit,
            measure.moreIsBetter() ? "▲" : "▼"));
    double most =
        peers.stream()
            .flatMap(peer -> peer.of(measure).stream())
            .mapToDouble(Samples::most)
            .max()
            .orElse(0);
    for (int i = 0; i < peers.size(); i++) {
      bar(peers.get(i), measure, most, left, top + TITLE + i * ROW);
    }
  }

  private void bar(PeerResults peer, Measure measure, double most, int left, int top) {
    int start = left + NAME_WIDTH;
    int middle = top + ROW / 2;
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\">%s</text>\n",
            left,
            middle + 4,
            peer.peer().name()));
    Optional<Samples> found = peer.of(measure);
    if (found.isEmpty()) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<text class=\"quiet\" x=\"%d\" y=\"%d\">%s</text>\n",
              start,
              middle + 4,
              peer.reason(measure)));
      return;
    }
    Samples samples = found.get();
    double scale = most == 0 ? 0 : BAR_WIDTH / most;
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>\n",
            peer.peer() instanceof AgentGatePeer ? "ours" : "bar",
            start,
            top + 3,
            Math.max(1, samples.median() * scale),
            ROW - 6));
    double from = start + samples.least() * scale;
    double to = start + samples.most() * scale;
    if (to - from > 1) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"spread\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n",
              from,
              to,
              middle,
              middle));
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%d\">%s</text>\n",
            Math.max(to, start + 1) + 6,
            middle + 4,
            PeerTable.figure(samples.median())));
  }
}
