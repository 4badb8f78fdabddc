package dev.agentgate.migration;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.Sha256;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The pieces of the files of runs: where each begins, its length and its SHA-256. */
final class FileDigests {
  private final MessageDigest sha256 = Sha256.start();
  private final Map<RunId, Set<String>> ofRuns = new TreeMap<>();

  void add(RunId run, String file, long position, byte[] bytes) {
    ofRuns
        .computeIfAbsent(run, _ -> new TreeSet<>())
        .add(
            "%s %d %d %s"
                .formatted(
                    file, position, bytes.length, HexFormat.of().formatHex(sha256.digest(bytes))));
  }

  /** Returns the pieces of a run; none if it has no files. */
  Set<String> of(RunId run) {
    return ofRuns.getOrDefault(run, Set.of());
  }
}
