package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.Shell;
import dev.agentgate.cli.Shell.Result;
import dev.agentgate.it.ClientProcess.Said;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The client against the packaged service: as a process of the same executable where that matters,
 * on a terminal and without one; otherwise in this process, which is quicker.
 */
class CommandLineIT {
  private static final String KEY = "sesame-0123456789";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String MAKE =
      """
      set -e
      mkdir -p "$1"
      cd "$1"
      git init -q --bare -b main acme/shop.git
      git clone -q acme/shop.git clone
      cd clone
      git -c user.name=t -c user.email=t@example.com commit -q --allow-empty -m first
      git push -q origin HEAD:main
      chmod -R a+rX "$1"
      """;

  @TempDir static Path home;

  private static Service service;
  private static Path keyFile;
  private static Path repositories;

  @BeforeAll
  static void start() throws IOException {
    keyFile = Files.writeString(home.resolve("key"), KEY + "\n");
    service =
        Service.in(Files.createDirectory(home.resolve("service")))
            .with("AGENTGATE_AUTH_API_KEY", KEY);
    repositories = service.outside("repositories");
    Service.run("sh", "-c", MAKE, "sh", repositories.toString());
    service.with("AGENTGATE_GITHUB_BASE_URL", "file://" + repositories).start();
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static String url() {
    return "http://127.0.0.1:" + service.port();
  }

  private static Shell shell() {
    return new Shell(home)
        .with("AGENTGATE_URL", url())
        .with("AGENTGATE_API_KEY_FILE", keyFile.toString());
  }

  private static String submit(String script) {
    Result result = shell().run("submit", "--empty", "--agent", "shell", script);
    assertThat(result.code()).as(result.err()).isZero();
    return result.out().strip();
  }

  private static ClientProcess client() {
    return new ClientProcess(service, home, keyFile);
  }

  @Test
  void onATerminalAnOrderIsFollowedToItsEnd() throws Exception {
    Said followed =
        client()
            .run(
                true, "submit", "--empty", "--agent", "shell", "--follow", "echo Hello from a run");
    assertThat(followed.out())
        .contains("Submitted wo_", "Hello from a run", "completed", "\u001b[");
    assertThat(followed.code()).isZero();
  }

  @Test
  void withoutATerminalTheIdIsAllThatGoesToStandardOutput() throws Exception {
    Said waited = client().run(false, "submit", "--empty", "--agent", "shell", "--wait", "exit 3");
    String id = waited.out().strip();
    assertThat(id).matches("wo_\\w{26}");
    assertThat(waited.code()).isEqualTo(1);
    assertThat(waited.err()).contains(id + " failed").doesNotContain("\u001b");
  }

  @Test
  void ctrlCDetachesAndTheKeyIsInNoList() throws Exception {
    String id = submit("echo started; sleep 600");
    Process follow = client().start(true, "logs", "-f", id);
    StringBuilder said = new StringBuilder();
    try (var output = follow.inputReader(StandardCharsets.UTF_8)) {
      while (!said.toString().contains("started")) {
        said.append((char) output.read());
      }
      assertThat(processes(id))
          .isNotEmpty()
          .allSatisfy(line -> assertThat(line).doesNotContain(KEY));
      try (OutputStream keyboard = follow.getOutputStream()) {
        keyboard.write(3);
        keyboard.flush();
        for (int c = output.read(); c >= 0; c = output.read()) {
          said.append((char) c);
        }
      }
    }
    assertThat(follow.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(follow.exitValue()).isEqualTo(130);
    assertThat(said).contains("Detached; the order continues");
    assertThat(shell().run("get", id, "-o", "json").json().path("status").asText())
        .isEqualTo("running");
    assertThat(shell().run("cancel", id).out()).isEqualTo(id + " cancelled\n");
  }

  private static List<String> processes(String text) {
    return Machine.processesRunning(text);
  }

  @Test
  void aFollowSurvivesARestartOfTheService() throws Exception {
    Path go = service.outside("go");
    String id = submit("echo before; while [ ! -e " + go + " ]; do sleep 0.1; done; echo after");
    Shell follower = shell();
    CompletableFuture<Result> follow =
        CompletableFuture.supplyAsync(
            () -> follower.run("logs", "-f", id, "--request-timeout", "2m"));
    await("the log to be followed")
        .atMost(PATIENCE)
        .until(() -> follower.written().equals("before\n"));
    service.kill9AndRestart();
    Files.createFile(go);

    Result result = follow.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("before\nafter\n");
  }

  @Test
  void aCommandStartsNoServiceAndLeavesNothingBehind() throws Exception {
    Path empty = Files.createDirectory(home.resolve("empty"));
    List<String> command = new ArrayList<>(List.of("env", "HOME=" + empty));
    command.addAll(service.clientCommand("version"));
    Said version = ClientProcess.end(new ProcessBuilder(command).start());

    assertThat(version.out()).startsWith("agentgate ");
    assertThat(version.code()).isZero();
    assertThat(version.err()).isEmpty();
    try (Stream<Path> files = Files.list(empty)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void theKeyDecides() {
    Shell none = new Shell(home).with("AGENTGATE_URL", url());
    Shell wrong = new Shell(home).with("AGENTGATE_URL", url()).with("AGENTGATE_API_KEY", "other");

    assertThat(none.run("list").code()).isEqualTo(4);
    assertThat(none.run("list").err()).contains("needs a key");
    assertThat(wrong.run("list").code()).isEqualTo(4);
    assertThat(wrong.run("list").err()).contains("does not accept").doesNotContain("other");
  }

  @Test
  void anOrderGoesThroughItsLife() {
    Result submitted =
        shell()
            .run(
                ("submit --empty --agent shell --label it:life --priority 3 --max-time 5m"
                        + " --wait -o json exit\t7")
                    .split(" "));
    assertThat(submitted.code()).isEqualTo(1);
    JsonNode order = submitted.json();
    String id = order.path("id").asText();
    assertThat(order.path("exitCode").asInt()).isEqualTo(7);

    assertThat(shell().run("get", id.substring(0, 20)).out())
        .contains(id + "  failed", "exit_code");
    assertThat(shell().run("list", "-l", "it:life", "-s", "failed", "-o", "id").out())
        .isEqualTo(id + "\n");
    assertThat(shell().run("kill", id).code()).isEqualTo(6);
    assertThat(shell().run("cancel", id).code()).isEqualTo(6);
    assertThat(shell().run("retry", id).code()).isZero();
    assertThat(shell().run("wait", "@last").code()).isEqualTo(1);
    assertThat(shell().run("get", id, "-o", "json").json().path("attempt").asInt()).isEqualTo(2);
    assertThat(shell().run("purge", id).out()).isEqualTo(id + " purged\n");
    assertThat(shell().run("get", id).code()).isEqualTo(3);
  }

  @Test
  void theQueueIsPausedAndResumed() {
    assertThat(shell().run("pause").code()).isZero();
    String id = submit("true");
    assertThat(shell().run("queue").out()).contains("Paused      yes");
    assertThat(shell().run("wait", id, "--timeout", "100ms").code()).isEqualTo(124);
    assertThat(shell().run("logs", id).err()).contains("has not started yet");
    assertThat(shell().run("resume").out()).isEqualTo("The queue is resumed.\n");
    assertThat(shell().run("wait", id).code()).isZero();
    assertThat(shell().run("purge", "--status", "completed", "--dry-run").out())
        .startsWith("This would purge ");
  }

  @Test
  void theChangeOfAnOrderIsAppliedHere() {
    Result submitted =
        shell().run("submit", "--repo", "acme/shop", "-a", "shell", "--wait", "echo new >'a file'");
    assertThat(submitted.code()).as(submitted.err()).isZero();
    assertThat(submitted.err()).contains("(1 file, +1 -0)");
    String id = submitted.out().strip();

    assertThat(shell().run("patch", id, "--stat").out()).contains("added", "a file");
    Path clone = repositories.resolve("clone");
    Result applied = shell().run("patch", id, "--apply", "-C", clone.toString());
    assertThat(applied.code()).as(applied.err()).isZero();
    assertThat(clone.resolve("a file")).hasContent("new");
    assertThat(shell().run("get", id).out()).contains("Change     1 file, +1 -0");
  }

  @Test
  void manyOrdersAreSubmittedCancelledAndRunAgain() {
    assertThat(shell().run("pause").code()).isZero();
    Result submitted =
        shell()
            .input("{\"taskPrompt\":\"true\"}\n{\"taskPrompt\":\"true\"}\n{\"taskPrompt\":\"\"}\n")
            .run("submit", "-f", "-", "--empty", "--agent", "shell", "-l", "it:many");
    assertThat(submitted.code()).as(submitted.err()).isEqualTo(2);
    assertThat(submitted.out().lines()).hasSize(2);
    assertThat(submitted.err()).contains("Order 3: taskPrompt ", "Submitted 2 of 3 orders.");

    Result cancelled = shell().run("cancel", "--status", "queued", "-l", "it:many", "--yes");
    assertThat(cancelled.out()).as(cancelled.err()).isEqualTo("2 orders cancelled\n");
    Result retried = shell().run("retry", "--status", "cancelled", "-l", "it:many", "--yes");
    assertThat(retried.out()).as(retried.err()).isEqualTo("2 orders queued\n");
    assertThat(shell().run("resume").code()).isZero();
    assertThat(shell().run("wait", submitted.out().lines().findFirst().orElseThrow()).code())
        .isZero();
  }
}
