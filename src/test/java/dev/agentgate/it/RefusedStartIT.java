package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that must not run ends at once, and tells a person why. */
class RefusedStartIT {
  /** {@code EX_CANTCREAT} and {@code EX_CONFIG} of sysexits.h. */
  private static final int NO_DATA_DIRECTORY = 73;

  private static final int CONFIGURATION_ERROR = 78;

  @TempDir Path home;

  @Test
  void aSecondServiceOnADataDirectoryEndsAndTheFirstGoesOn() {
    try (Service first = Service.in(home)) {
      first.start();
      Service second = Service.in(home);
      second.launch();
      assertThat(second.awaitExit()).isEqualTo(NO_DATA_DIRECTORY);
      assertThat(second.said())
          .startsWith("AgentGate does not start: The data directory is in use by process ")
          .contains(Long.toString(first.pid()), "agentgate.data-dir")
          .doesNotContain("\tat ");
      assertThat(first.probe("/q/health/ready").status()).isEqualTo(200);
    }
  }

  @Test
  void withoutAKeyItDoesNotListenBeyondThisMachine() {
    try (Service open = Service.in(home).with("QUARKUS_HTTP_HOST", "0.0.0.0")) {
      open.launch();
      assertThat(open.awaitExit()).isEqualTo(CONFIGURATION_ERROR);
      assertThat(open.said())
          .startsWith("AgentGate does not start:")
          .contains("quarkus.http.host is 0.0.0.0", "agentgate.auth.api-key")
          .doesNotContain("\tat ");
      assertThat(open.data().resolve("journal")).doesNotExist();
    }
  }

  @Test
  void aValueOfTheWrongFormIsToldLikeAnyOtherProblem() {
    try (Service wrong =
        Service.in(home)
            .with("AGENTGATE_RUN_KILL_GRACE", "soon")
            .with("AGENTGATE_QUEUE_AUTO_PROCESS", "ture")
            .with("AGENTGATE_GITHUB_OWNER", "../x")) {
      wrong.launch();
      assertThat(wrong.awaitExit()).isEqualTo(CONFIGURATION_ERROR);
      assertThat(wrong.said())
          .startsWith("AgentGate does not start:")
          .contains(
              "agentgate.run.kill-grace", "agentgate.queue.auto-process", "agentgate.github.owner")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void aSecretsFileThatCannotBeReadIsTheOneThingTold() {
    try (Service wrong =
        Service.in(home).with("AGENTGATE_GITHUB_TOKEN_FILE", home.resolve("missing"))) {
      wrong.launch();
      assertThat(wrong.awaitExit()).isEqualTo(CONFIGURATION_ERROR);
      assertThat(wrong.said())
          .startsWith("AgentGate does not start:")
          .contains("AGENTGATE_GITHUB_TOKEN_FILE", "there is no such file")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void aDataDirectoryThatIsAFileIsTheOneThingTold() throws IOException {
    Path file = Files.createFile(home.resolve("file"));
    try (Service wrong = Service.in(home).with("AGENTGATE_DATA_DIR", file)) {
      wrong.launch();
      assertThat(wrong.awaitExit()).isEqualTo(CONFIGURATION_ERROR);
      assertThat(wrong.said())
          .startsWith("AgentGate does not start:")
          .contains("agentgate.data-dir names a file")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void everyProblemOfTheConfigurationIsToldAtOnce() {
    try (Service wrong =
        Service.in(home)
            .with("AGENTGATE_WORKSPACE_LOCAL_ROOTS", home.resolve("missing"))
            .with("AGENTGATE_AUTH_KEYS_FILE", home.resolve("keys"))) {
      wrong.launch();
      assertThat(wrong.awaitExit()).isEqualTo(CONFIGURATION_ERROR);
      assertThat(wrong.said())
          .contains("agentgate.workspace.local-roots", "agentgate.auth.keys-file")
          .doesNotContain("\tat ");
    }
  }
}
