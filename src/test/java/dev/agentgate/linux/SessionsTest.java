package dev.agentgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  @Test
  void allProcessesOfASessionAreKilledEvenWithoutTheirLeader() throws Exception {
    // The leader ends and leaves two children, of which it knew only one.
    Process leader =
        new ProcessBuilder("setsid", "sh", "-c", "(sleep 600 & sleep 600) & echo started")
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .start();
    leader.getInputStream().read();
    assertThat(leader.waitFor()).isZero();
    assertThat(members(leader.pid())).isNotEmpty();

    assertThat(Sessions.kill(leader.pid(), LONGEST)).isTrue();

    assertThat(members(leader.pid())).isEmpty();
  }

  @Test
  void aSessionWithoutProcessesNeedsNothing() {
    long nobody = ProcessHandle.current().pid() + 1_000_000_000L;

    assertThat(Sessions.kill(nobody, LONGEST)).isTrue();
  }

  private static List<Long> members(long session) {
    return ProcessTree.look().entries().stream()
        .filter(entry -> entry.session() == session && entry.lives())
        .map(ProcessTree.Entry::pid)
        .toList();
  }
}
