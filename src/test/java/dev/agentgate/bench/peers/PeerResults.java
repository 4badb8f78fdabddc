package dev.agentgate.bench.peers;

import dev.agentgate.bench.Samples;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What was measured of one peer, one value for each round. */
final class PeerResults {
  private final Peer peer;
  private final String version;
  private final Map<Measure, Samples> samples = new EnumMap<>(Measure.class);
  private final Map<Measure, String> reasons;

  PeerResults(Peer peer) throws Exception {
    this.peer = peer;
    this.version = peer.version();
    this.reasons = new EnumMap<>(Measure.class);
    reasons.putAll(peer.lacks());
  }

  Peer peer() {
    return peer;
  }

  String version() {
    return version;
  }

  boolean offers(Measure measure) {
    return !peer.lacks().containsKey(measure);
  }

  void add(Measure measure, double value) {
    samples.computeIfAbsent(measure, _ -> new Samples()).add(value);
  }

  /** Notes why a value is missing, unless a round has one. */
  void missing(Measure measure, String reason) {
    reasons.put(measure, reason);
  }

  /** The values, if there are any. */
  Optional<Samples> of(Measure measure) {
    return Optional.ofNullable(samples.get(measure));
  }

  /** Why there is no value. */
  String reason(Measure measure) {
    return reasons.getOrDefault(measure, "not measured");
  }
}
