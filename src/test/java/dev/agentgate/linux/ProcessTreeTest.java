package dev.agentgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.linux.ProcessTree.Entry;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessTreeTest {
  private static final String REST =
      " S 10 20 30 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 3 0 98765 1234 56 18446744073709551615 0\n";

  @ParameterizedTest
  @ValueSource(strings = {"sh", "a) R 1 (b", ") ", " (", "x\ny", "((", "))"})
  void fieldsAreCountedFromTheLastParenthesisWhateverTheName(String name) {
    assertThat(ProcessTree.parse("77 (" + name + ")" + REST))
        .hasValue(new Entry(77, 'S', 10, 20, 30, 3, 98765));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "77", "77 (sh", "77 (sh) S 1 2 3"})
  void lineThatIsCutIsNoProcess(String stat) {
    assertThat(ProcessTree.parse(stat)).isEmpty();
  }

  @Test
  void zombieIsDeadUnlessOneOfItsThreadsLives() {
    assertThat(new Entry(1, 'Z', 1, 1, 1, 1, 1).lives()).isFalse();
    assertThat(new Entry(1, 'X', 1, 1, 1, 1, 1).lives()).isFalse();
    assertThat(new Entry(1, 'Z', 1, 1, 1, 2, 1).lives()).isTrue();
    assertThat(new Entry(1, 'D', 1, 1, 1, 1, 1).lives()).isTrue();
  }

  @Test
  void thisVeryProcessIsSeenAsJavaSeesIt() {
    ProcessHandle own = ProcessHandle.current();

    Entry entry = ProcessTree.read(own.pid()).orElseThrow();

    assertThat(entry.lives()).isTrue();
    assertThat(entry.parent()).isEqualTo(own.parent().map(ProcessHandle::pid).orElse(0L));
    assertThat(entry.threads()).isGreaterThan(1);
    assertThat(ProcessTree.look().find(own.pid()))
        .map(Entry::startTicks)
        .hasValue(entry.startTicks());
    assertThat(ProcessTree.read(Integer.MAX_VALUE)).isEmpty();
  }

  @Test
  void aProcessThatReplacesItsProgramAgainAndAgainAlwaysHasItsEnvironment() throws Exception {
    Process process = again(Map.of("MARK", "it-is-me", "A", "-".repeat(100_000)));
    try {
      int hidden = 0;
      for (int look = 0; look < 5000; look++) {
        if (!ProcessTree.environmentNow(process.pid()).contains("MARK=it-is-me")) {
          hidden++;
        }
        assertThat(ProcessTree.environment(process.pid())).contains("MARK=it-is-me");
      }
      assertThat(hidden).as("looks that found it between two programs").isPositive();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** A second for each look would be far too long. */
  @Test
  @Timeout(100)
  void nothingIsWaitedForWhereThereIsNoEnvironment() throws Exception {
    Process zombie = new ProcessBuilder("sh", "-c", "(exit 0) & echo $!; exec sleep 60").start();
    Process bare = new ProcessBuilder("env", "-i", "sleep", "60").start();
    try {
      String child = zombie.inputReader().readLine();
      for (int look = 0; look < 1000; look++) {
        ProcessTree.look().entries().stream()
            .filter(Entry::isOfKernel)
            .findFirst()
            .ifPresent(thread -> assertThat(ProcessTree.environment(thread.pid())).isEmpty());
        ProcessTree.environment(Long.parseLong(child));
        ProcessTree.environment(bare.pid());
      }
    } finally {
      zombie.destroyForcibly().waitFor();
      bare.destroyForcibly().waitFor();
    }
  }

  private static Process again(Map<String, String> environment) throws IOException {
    String script = "exec sh -c \"$0\" \"$0\"";
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", script, script);
    builder.environment().putAll(environment);
    return builder.start();
  }
}
