package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent that prints far more than fits into memory. */
@Timeout(900)
class BigLogIT {
  private static final long MEBIBYTE = 1024 * 1024;

  @TempDir Path home;

  @Test
  void aLogOfAnySizeIsReadAndFollowedWithoutCostingMemory() throws Exception {
    int mebibytes = Rounds.of(200, 1024);
    try (Service service =
            Service.in(home)
                .withJavaOptions("-XX:+UseSerialGC")
                .with("AGENTGATE_RUN_LOG_MAX_SIZE", "4G");
        ExecutorService background = Executors.newCachedThreadPool()) {
      service.start();
      Client client = service.client();
      client.awaitEnd(client.submit("echo warm"));
      long before = Machine.resident(service.pid());
      AtomicBoolean over = new AtomicBoolean();
      Future<Long> peak = background.submit(() -> peakOf(service.pid(), over));
      long began = System.nanoTime();
      // Lines of 64 bytes, numbered, so that a missing or doubled part changes the sum.
      String id = client.submit("seq -f '%063.0f' " + mebibytes * (MEBIBYTE / 64));
      String run = client.awaitStatus(id, "running", "completed").path("currentRunId").asText();
      Future<Long> heard = background.submit(() -> follow(client, run));
      JsonNode order = client.awaitEnd(id);
      long ended = System.nanoTime();
      long lines = heard.get();
      long followed = System.nanoTime();
      assertThat(order.path("status").asText()).isEqualTo("completed");
      assertThat(lines).as("lines heard").isEqualTo(mebibytes * (MEBIBYTE / 64));
      assertThat(sumOfLog(client, run)).isEqualTo(sumOfLines(mebibytes * (MEBIBYTE / 64)));
      over.set(true);
      long grown = peak.get() - before;
      System.out.printf(
          "Log of %d MiB: printed in %d ms, follower %d ms behind at the end,"
              + " service memory %d MiB before, %d MiB more at the peak%n",
          mebibytes,
          (ended - began) / 1_000_000,
          (followed - ended) / 1_000_000,
          before / MEBIBYTE,
          grown / MEBIBYTE);
      assertThat(grown).as("memory").isLessThan(150 * MEBIBYTE);
    }
  }

  @Test
  void aLogAboveItsSizeKeepsHeadAndTail() throws Exception {
    try (Service service = Service.in(home).with("AGENTGATE_RUN_LOG_MAX_SIZE", "1M")) {
      service.start();
      Client client = service.client();
      long lines = 100 * MEBIBYTE / 64;
      String id = client.submit("seq -f '%063.0f' " + lines);
      String run = client.awaitEnd(id).path("currentRunId").asText();
      String log = client.get("/runs/" + run + "/log").text();
      assertThat(log.length()).isLessThan((int) (2 * MEBIBYTE));
      assertThat(log).startsWith("%063d\n".formatted(1)).endsWith("%063d\n".formatted(lines));
      assertThat(log.lines().filter(line -> !line.matches("\\d{63}"))).hasSize(1);
      assertThat(client.get("/runs/" + run + "/log?tail=2").text())
          .isEqualTo("%063d\n%063d\n".formatted(lines - 1, lines));
      Process used =
          new ProcessBuilder("du", "-sk", service.data().resolve("runs").resolve(run).toString())
              .start();
      String kibibytes = new String(used.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(Long.parseLong(kibibytes.replaceAll("\\s.*", "").strip())).isLessThan(2048);
    }
  }

  private static long peakOf(long pid, AtomicBoolean over) {
    long peak = 0;
    while (!over.get()) {
      peak = Math.max(peak, Machine.resident(pid));
      LockSupport.parkNanos(50_000_000);
    }
    return peak;
  }

  /** Counts the lines of the log in the stream of events. */
  private static long follow(Client client, String run) throws IOException {
    long lines = 0;
    try (BufferedReader events =
        new BufferedReader(
            new InputStreamReader(
                client.open("/runs/" + run + "/log/stream"), StandardCharsets.UTF_8))) {
      for (String line = events.readLine(); line != null; line = events.readLine()) {
        // An event's text is split at line ends, so a line that ends one is followed by "data:".
        if (line.startsWith("data:") && line.matches("data: ?\\d{63}")) {
          lines++;
        }
      }
    }
    return lines;
  }

  private static String sumOfLog(Client client, String run) throws Exception {
    MessageDigest sum = MessageDigest.getInstance("SHA-256");
    byte[] buffer = new byte[64 * 1024];
    try (InputStream log = client.open("/runs/" + run + "/log")) {
      for (int read = log.read(buffer); read >= 0; read = log.read(buffer)) {
        sum.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(sum.digest());
  }

  private static String sumOfLines(long lines) throws Exception {
    MessageDigest sum = MessageDigest.getInstance("SHA-256");
    byte[] line = "0".repeat(63).concat("\n").getBytes(StandardCharsets.US_ASCII);
    for (long n = 1; n <= lines; n++) {
      long rest = n;
      for (int at = 62; rest > 0; at--) {
        line[at] = (byte) ('0' + rest % 10);
        rest /= 10;
      }
      sum.update(line);
    }
    return HexFormat.of().formatHex(sum.digest());
  }
}
