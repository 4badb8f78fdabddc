package dev.agentgate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.agent.AgentEnvironment.Visibility;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AgentEnvironmentTest {
  private final RunId run = RunId.next(Instant.EPOCH);
  private final WorkOrderId order = WorkOrderId.next(Instant.EPOCH);

  private Map<String, String> of(
      Map<String, String> service, Visibility visibility, OptionalInt maxIterations) {
    return of(service, visibility, maxIterations, Optional.empty());
  }

  private Map<String, String> of(
      Map<String, String> service,
      Visibility visibility,
      OptionalInt maxIterations,
      Optional<Path> home) {
    return new AgentEnvironment(service, Map.of("GIT_AUTHOR_NAME", "AgentGate"))
        .of(
            visibility,
            new AgentTask(
                order,
                run,
                "prompt",
                Path.of("/p"),
                Path.of("/w"),
                new AgentChoices(maxIterations, Optional.empty(), Optional.empty()),
                Optional.empty()),
            home);
  }

  @Test
  void aHomeOfItsOwnHidesWhereTheServiceKeepsItsFiles() {
    Map<String, String> service =
        Map.of(
            "HOME", "/root",
            "XDG_CACHE_HOME", "/root/cache",
            "XDG_RUNTIME_DIR", "/run/user/0",
            "CODEX_HOME", "/root/codex",
            "CLAUDE_CONFIG_DIR", "/root/claude",
            "PATH", "/bin");
    Visibility visibility =
        new Visibility(
            Set.of("CODEX_HOME", "CLAUDE_CONFIG_DIR"),
            Set.of(),
            Map.of("CLAUDE_CONFIG_DIR", "/chosen"),
            Map.of());

    assertThat(of(service, visibility, OptionalInt.empty(), Optional.of(Path.of("/homes/1"))))
        .containsEntry("HOME", "/homes/1")
        .containsEntry("XDG_CONFIG_HOME", "/homes/1/.config")
        .containsEntry("XDG_CACHE_HOME", "/homes/1/.cache")
        .containsEntry("TMPDIR", "/homes/1/tmp")
        .containsEntry("CLAUDE_CONFIG_DIR", "/chosen")
        .containsEntry("PATH", "/bin")
        .doesNotContainKeys("XDG_RUNTIME_DIR", "CODEX_HOME");
  }

  private static Visibility passing(String... names) {
    return new Visibility(Set.of(names), Set.of(), Map.of(), Map.of());
  }

  @Test
  void onlyUsualAndNamedVariablesPass() {
    Map<String, String> service =
        Map.of(
            "PATH",
            "/bin",
            "LC_ALL",
            "C.UTF-8",
            "ANTHROPIC_API_KEY",
            "k",
            "OPENAI_API_KEY",
            "o",
            "AGENTGATE_AUTH_KEYS",
            "secret",
            "LD_PRELOAD",
            "/x.so");

    assertThat(of(service, passing("ANTHROPIC_API_KEY", "NOT_SET"), OptionalInt.of(3)))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "PATH", "/bin",
                "LC_ALL", "C.UTF-8",
                "ANTHROPIC_API_KEY", "k",
                "GIT_AUTHOR_NAME", "AgentGate",
                "TERM", "dumb",
                "AGENTGATE_WORK_ORDER_ID", order.value(),
                "AGENTGATE_RUN_ID", run.value(),
                "AGENTGATE_WORKSPACE", "/w",
                "AGENTGATE_PROMPT_FILE", "/p",
                "AGENTGATE_MAX_ITERATIONS", "3"));
  }

  @Test
  void runsOwnVariablesAreNotTakenFromTheService() {
    Map<String, String> service =
        Map.of("AGENTGATE_RUN_ID", "outer", "AGENTGATE_MAX_ITERATIONS", "9");

    assertThat(of(service, passing("AGENTGATE_*", "AGENTGATE_RUN_ID"), OptionalInt.empty()))
        .containsEntry("AGENTGATE_RUN_ID", run.value())
        .containsEntry("AGENTGATE_MAX_ITERATIONS", "");
  }

  @Test
  void theWayOutIsTheSameForAgentsAsForCheckouts() {
    Map<String, String> service =
        Map.of(
            "HTTPS_PROXY", "http://proxy:3128",
            "no_proxy", "localhost",
            "SSL_CERT_FILE", "/ca.pem",
            "NODE_EXTRA_CA_CERTS", "/ca.pem",
            "XDG_CONFIG_HOME", "/c",
            "SSH_AUTH_SOCK", "/s");

    assertThat(of(service, Visibility.USUAL, OptionalInt.empty())).containsAllEntriesOf(service);
  }

  @Test
  void namesAreAddedTakenAwayAndMatchedByTheirBeginning() {
    Map<String, String> service =
        Map.of("AWS_REGION", "eu", "AWS_PROFILE", "p", "HOME", "/h", "PATH", "/bin", "AWSX", "x");
    Visibility visibility =
        new Visibility(Set.of("AWS_*"), Set.of("HOME", "AWS_PROFILE"), Map.of(), Map.of());

    assertThat(of(service, visibility, OptionalInt.empty()))
        .containsEntry("AWS_REGION", "eu")
        .containsEntry("PATH", "/bin")
        .doesNotContainKeys("HOME", "AWS_PROFILE", "AWSX");
  }

  @Test
  void variablesOfItsOwnWinAndSubstitutesFillGaps() {
    Visibility visibility =
        new Visibility(
            Set.of("A"), Set.of(), Map.of("A", "own"), Map.of("B", "OTHER", "C", "MISSING"));

    assertThat(of(Map.of("A", "service", "OTHER", "o"), visibility, OptionalInt.empty()))
        .containsEntry("A", "own")
        .containsEntry("B", "o")
        .doesNotContainKeys("C", "OTHER");
    Visibility seesB = new Visibility(Set.of("B"), Set.of(), Map.of(), Map.of("B", "OTHER"));
    assertThat(of(Map.of("B", "b", "OTHER", "o"), seesB, OptionalInt.empty()))
        .as("a variable of that name goes before its substitute")
        .containsEntry("B", "b");
  }
}
