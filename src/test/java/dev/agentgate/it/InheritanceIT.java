package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What agents see of the way in which the service was started. */
@Timeout(300)
class InheritanceIT {
  private static final String STATUS =
      "grep SigIgn /proc/self/status; echo soft=$(ulimit -S -n) hard=$(ulimit -H -n);"
          + " for f in /proc/self/fd/*; do echo \"fd=$(readlink $f)\"; done;"
          + " printf %s \"$MYVAR\" | od -An -tx1; sleep 30 & kill -INT $!; wait $!; echo int=$?";

  @TempDir Path home;

  @Test
  void agentGetsTheLimitsTheDispositionsAndTheBytesThatTheServiceWasStartedWith() throws Exception {
    assumeThat(defaultSignals()).as("env of coreutils 8.31 or newer").isTrue();
    String start =
        "ulimit -S -n 777; trap '' HUP INT QUIT; export MYVAR=$(printf '\\303\\244\\377');"
            + " LC_ALL=C LANG=C \"$@\" & wait $!";
    try (Service service =
        Service.in(home)
            .with("AGENTGATE_AGENTS_SHELL_ENVIRONMENT_PASSTHROUGH", "MYVAR")
            .under("sh", "-c", start, "sh")) {
      service.start();
      String id = service.client().submit("exec bash -c '" + STATUS.replace("'", "'\\''") + "'");
      assertThat(service.client().awaitEnd(id).path("status").asText()).isEqualTo("completed");
      List<String> log = service.client().log(id).lines().map(String::strip).toList();

      String ignored =
          log.stream().filter(line -> line.startsWith("SigIgn:")).findFirst().orElseThrow();
      long mask = Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).strip(), 16);
      assertThat(mask & 0x7).as("HUP, INT and QUIT in %s", ignored).isZero();
      assertThat(log).contains("int=130").anyMatch(line -> line.startsWith("soft=777 hard="));
      assertThat(log).contains("c3 a4 ff");
      assertThat(log)
          .filteredOn(line -> line.startsWith("fd=/") && !line.startsWith("fd=/proc/"))
          .allMatch(line -> line.equals("fd=/dev/null") || line.endsWith("/output.log"));
      assertThat(log).noneMatch(line -> line.contains("socket:") || line.contains("eventpoll"));
    }
  }

  /** The program that sets the limit becomes the service, so no parent tells what it was. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ulimit -n 4096; ulimit -S -n 777; exec \"$@\"",
        "ulimit -n 4096; ulimit -S -n 300; sh -c 'ulimit -S -n 777; exec \"$@\"' sh \"$@\"",
        "ulimit -n 4096; sh -c 'ulimit -S -n 777; exec \"$@\"' sh \"$@\"",
      })
  void agentGetsTheSoftLimitOfAServiceThatKeepsIt(String start) {
    assumeThat(Service.isNative()).as("a native executable raises its limit").isFalse();
    assertThat(
            underAServiceThatKeepsItsLimit(start, "echo soft=$(ulimit -S -n) hard=$(ulimit -H -n)"))
        .isEqualTo("soft=777 hard=4096\n");
  }

  /** Returns what an agent writes whose service was started by such a script. */
  private String underAServiceThatKeepsItsLimit(String start, String agent) {
    try (Service service =
        Service.in(home)
            .withJavaOptions("-XX:-MaxFDLimit", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
            .under("sh", "-c", start, "sh")) {
      service.start();
      String id = service.client().submit(agent);
      assertThat(service.client().awaitEnd(id).path("status").asText()).isEqualTo("completed");
      return service.client().log(id);
    }
  }

  /** Its parent has another soft limit and the same hard one, but that is not where it is from. */
  @Test
  void agentGetsALimitThatTheServiceWasGivenAndNotItsParents() {
    assumeThat(Service.isNative()).as("a native executable raises its limit").isFalse();
    String start = "ulimit -n 4096; ulimit -S -n 777; (ulimit -S -n 4096; exec \"$@\") & wait $!";
    assertThat(underAServiceThatKeepsItsLimit(start, "ulimit -S -n")).isEqualTo("4096\n");
  }

  private static boolean defaultSignals() throws IOException, InterruptedException {
    return Stream.of("/usr/bin/env", "/bin/env").anyMatch(env -> Files.isExecutable(Path.of(env)))
        && new ProcessBuilder("env", "--default-signal=INT", "true").start().waitFor() == 0;
  }
}
