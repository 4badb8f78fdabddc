package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that must not run ends at once, and tells a person why. */
class RefusedStartIT {
  /** {@code EX_CANTCREAT} and {@code EX_CONFIG} of sysexits.h. */
  private static final int NO_DATA_DIRECTORY = 73;

  private static final int CONFIGURATION_ERROR = 78;

  /** {@code EX_UNAVAILABLE}. */
  private static final int PORT_TAKEN = 69;

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
  void aStartWhosePortIsTakenTouchesNoRun() throws IOException {
    try (Service service = Service.in(home).with("AGENTGATE_QUEUE_MAX_CONCURRENT", 1)) {
      service.start();
      Path ran = service.outside("ran");
      String runs = service.client().submit("exec sleep 300");
      long agent = agentOf(service, runs);
      String waits = service.client().submit("touch " + ran);
      service.kill9();

      for (String key : List.of("QUARKUS_HTTP_PORT", "QUARKUS_MANAGEMENT_PORT")) {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
          Service refused =
              Service.in(home)
                  .with(key, taken.getLocalPort())
                  .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 2);
          refused.launch();
          assertThat(refused.awaitExit()).isEqualTo(PORT_TAKEN);
          assertThat(refused.said())
              .contains("AgentGate does not start: ", "port " + taken.getLocalPort())
              .doesNotContain("\tat ");
        }
        assertThat(ProcessHandle.of(agent).isPresent()).isTrue();
        assertThat(ran).doesNotExist();
      }

      service.start();
      assertThat(agentOf(service, runs)).isEqualTo(agent);
      assertThat(ProcessHandle.of(agent)).isPresent();
      assertThat(service.client().order(runs).path("attempt").asInt()).isEqualTo(1);
      assertThat(service.client().order(waits).path("status").asText()).isEqualTo("queued");
    }
  }

  @Test
  void aStartThatFailsLateLeavesWhatRunsAlone() {
    try (Service service = Service.in(home)) {
      service.start();
      String runs = service.client().submit("exec sleep 300");
      long agent = agentOf(service, runs);
      service.kill9();

      // Quarkus reads it when it binds the port, after the runs were taken over.
      Service failing =
          Service.in(home)
              .with("QUARKUS_HTTP_SSL_CERTIFICATE_FILES", home.resolve("missing"))
              .with("QUARKUS_HTTP_SSL_CERTIFICATE_KEY_FILES", home.resolve("missing"));
      failing.launch();
      assertThat(failing.awaitExit()).isEqualTo(1);
      assertThat(failing.said()).contains("Adopted ");
      assertThat(ProcessHandle.of(agent)).isPresent();

      service.start();
      assertThat(agentOf(service, runs)).isEqualTo(agent);
      assertThat(service.client().order(runs).path("attempt").asInt()).isEqualTo(1);
    }
  }

  /** The pid that the order's run tells. */
  private static long agentOf(Service service, String order) {
    service.client().awaitStatus(order, "running");
    String run = service.client().order(order).path("currentRunId").asText();
    return await()
        .until(
            () -> service.client().get("/runs/" + run).json().path("pid").asLong(), pid -> pid > 0);
  }

  @Test
  void theSamePortTwiceIsRefused() {
    try (Service wrong = Service.in(home)) {
      wrong.with("QUARKUS_MANAGEMENT_PORT", wrong.port());
      wrong.launch();
      assertThat(wrong.awaitExit()).isEqualTo(CONFIGURATION_ERROR);
      assertThat(wrong.said()).contains("quarkus.management.port", "quarkus.http.port");
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
