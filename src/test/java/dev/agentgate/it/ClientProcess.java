package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs the packaged client in a process of its own, whose output is a terminal or a pipe. */
final class ClientProcess {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final JsonMapper JSON = new JsonMapper();

  private final Service service;
  private final Map<String, String> environment = new TreeMap<>();

  /**
   * @param home its HOME, where the client keeps what it remembers
   * @param keyFile holds the key
   */
  ClientProcess(Service service, Path home, Path keyFile) {
    this.service = service;
    environment.putAll(
        Map.of(
            "PATH",
            System.getenv("PATH"),
            "HOME",
            home.toString(),
            "TERM",
            "xterm",
            "COLUMNS",
            "120",
            "LANG",
            "C.UTF-8",
            "AGENTGATE_URL",
            "http://127.0.0.1:" + service.port(),
            "AGENTGATE_API_KEY_FILE",
            keyFile.toString()));
  }

  /** How a command ended, and what it wrote; on a terminal, all of it is {@code out}. */
  record Said(int code, String out, String err) {
    JsonNode json() {
      try {
        return JSON.readTree(out);
      } catch (JsonProcessingException e) {
        throw new AssertionError("Not JSON: " + out, e);
      }
    }
  }

  /** Starts a command. */
  Process start(boolean terminal, String... arguments) throws IOException {
    List<String> command = service.clientCommand(arguments);
    String quoted =
        command.stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            // A build that was started with & ignores the signal, and so would its children.
            .collect(Collectors.joining(" ", "exec env --default-signal=INT ", ""));
    ProcessBuilder builder =
        new ProcessBuilder(terminal ? List.of("script", "-qefc", quoted, "/dev/null") : command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Runs a command to its end, without input. */
  Said run(boolean terminal, String... arguments) throws IOException, InterruptedException {
    return end(start(terminal, arguments));
  }

  /** Waits for the end of a command, which gets no input any more. */
  static Said end(Process process) throws IOException, InterruptedException {
    process.getOutputStream().close();
    String out = text(process.getInputStream().readAllBytes());
    String err = text(process.getErrorStream().readAllBytes());
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return new Said(process.exitValue(), out, err);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
