package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The command lines of agents as npm has them, in pinned versions, with a Node that they work with.
 * They are installed once and stay in the build's directory.
 */
final class NpmAgents {
  private static final Map<String, String> PACKAGES =
      new TreeMap<>(
          Map.of(
              "@anthropic-ai/claude-code", "2.1.332",
              "@openai/codex", "0.169.0",
              "opencode-ai", "1.18.33",
              "@google/gemini-cli", "0.61.0",
              "node", "22.23.3"));

  private static final Pattern OUT_OF_REACH =
      Pattern.compile(
          "ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ERR_SOCKET");

  private NpmAgents() {}

  /** Returns the directory with their programs; skips the test if they cannot be had. */
  static Path install() throws IOException {
    Path directory = Path.of("target", "npm-agents").toAbsolutePath();
    Path programs = directory.resolve("node_modules/.bin");
    ObjectNode wanted = FakeModelServer.JSON.createObjectNode().put("private", true);
    PACKAGES.forEach(wanted.putObject("dependencies")::put);
    Path manifest = directory.resolve("package.json");
    Path done = directory.resolve("installed");
    if (Files.exists(done) && Files.readString(done).equals(wanted.toString())) {
      return programs;
    }
    Files.createDirectories(directory);
    Files.writeString(manifest, wanted.toString());
    npm(directory);
    Files.writeString(done, wanted.toString());
    return programs;
  }

  private static void npm(Path directory) throws IOException {
    Path log = directory.resolve("npm.log");
    Process npm;
    try {
      npm =
          new ProcessBuilder("npm", "install", "--no-audit", "--no-fund")
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      abort("npm is not installed, so the agents cannot be installed");
      throw e;
    }
    try {
      if (!npm.waitFor(15, TimeUnit.MINUTES)) {
        npm.destroyForcibly();
        abort("npm did not install the agents within 15 minutes");
      }
    } catch (InterruptedException e) {
      npm.destroyForcibly();
      throw new IllegalStateException(e);
    }
    String said = Files.readString(log, StandardCharsets.UTF_8);
    if (npm.exitValue() != 0 && OUT_OF_REACH.matcher(said).find()) {
      abort("The npm registry is out of reach, so the agents cannot be installed");
    }
    assertThat(npm.exitValue()).as(said).isZero();
  }
}
