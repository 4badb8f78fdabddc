package dev.agentgate.bench.peers;

import dev.agentgate.bench.TimeLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Measures AgentGate and the job queues that are installed on this machine, side by side in one
 * run; run by hand. It installs nothing: what is missing is left out.
 */
public final class PeersBench {
  /** Only a hang reaches this. */
  private static final Duration LIMIT = Duration.ofMinutes(15);

  /** Further rounds start only if they will be over by then. */
  private static final Duration BUDGET = Duration.ofMinutes(9);

  private static final String BEGIN = "<!-- peers -->\n";
  private static final String END = "<!-- end of peers -->";

  private PeersBench() {}

  /**
   * Runs everything.
   *
   * @param args the application, its version, an existing empty directory, how many rounds, the
   *     directory with the packages of npm, the file for the picture, the document whose part about
   *     peers is replaced, or nothing, and the names of the peers to measure, or nothing for all
   */
  public static void main(String[] args) throws Exception {
    TimeLimit.begin(LIMIT);
    Path work = Path.of(args[2]);
    int rounds = Integer.parseInt(args[3]);
    List<PeerResults> peers = new ArrayList<>();
    peers.add(
        new PeerResults(new AgentGatePeer(Path.of(args[0]), work, PeerRounds.WIDTH, args[1])));
    for (Peer peer : present(Path.of(args[4]), work)) {
      if (args[7].isEmpty() || List.of(args[7].split(",", -1)).contains(peer.name())) {
        peers.add(new PeerResults(peer));
      }
    }
    String machine = machine();
    String before = load();
    int done = new PeerRounds(peers, work).run(rounds, BUDGET);
    String text =
        PeerTable.wrapped(
                "%s, %s. Load %s at the start, %s at the end. Median of %d %s (least–most)."
                    .formatted(
                        LocalDate.now(Clock.systemUTC()),
                        machine,
                        before,
                        load(),
                        done,
                        done == 1 ? "round" : "rounds"),
                "")
            + "\n\n"
            + PeerTable.of(peers);
    System.out.print(text);
    Files.writeString(Path.of(args[5]), PeerPlot.of(peers));
    if (!args[6].isEmpty()) {
      replace(Path.of(args[6]), text);
    }
    System.exit(0);
  }

  private static List<Peer> present(Path packages, Path work) throws IOException {
    Optional<Path> postgres = PostgresServer.programs();
    boolean node = Programs.present("node");
    List<Peer> present = new ArrayList<>();
    add(present, Programs.present("xargs"), "xargs", CommandLineTool.xargs());
    add(present, Programs.present("parallel"), "GNU parallel", CommandLineTool.parallel());
    add(present, Programs.present("tsp"), "tsp", new TaskSpooler(work.resolve("tsp")));
    add(
        present,
        node && Programs.present("redis-server") && NodePeer.isInstalled(packages, "bullmq"),
        "bullmq with redis-server",
        NodePeer.bullmq(packages, work));
    Path programs = postgres.orElse(work);
    add(
        present,
        node && postgres.isPresent() && NodePeer.isInstalled(packages, "pg-boss"),
        "pg-boss with PostgreSQL",
        NodePeer.pgBoss(packages, programs, work));
    add(
        present,
        node && postgres.isPresent() && NodePeer.isInstalled(packages, "graphile-worker"),
        "graphile-worker with PostgreSQL",
        NodePeer.graphileWorker(packages, programs, work));
    return present;
  }

  private static void add(List<Peer> peers, boolean present, String name, Peer peer) {
    if (present) {
      peers.add(peer);
    } else {
      System.err.println("Not here, so left out: " + name);
    }
  }

  private static String machine() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      String processor =
          lines
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 2))
              .findFirst()
              .orElse(System.getProperty("os.arch"));
      return "%d processors (%s), Linux %s, data on %s"
          .formatted(
              Runtime.getRuntime().availableProcessors(),
              processor,
              System.getProperty("os.version"),
              Files.getFileStore(Path.of("")).type());
    }
  }

  private static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
  }

  private static void replace(Path document, String text) throws IOException {
    String old = Files.readString(document);
    int from = old.indexOf(BEGIN) + BEGIN.length();
    int to = old.indexOf(END);
    if (from < BEGIN.length() || to < from) {
      throw new IOException("No part about peers in " + document);
    }
    Files.writeString(document, old.substring(0, from) + "\n" + text + "\n" + old.substring(to));
  }
}
