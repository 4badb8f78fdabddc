package dev.agentgate.ops;

import dev.agentgate.workorder.Sha256;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One slot, three keys, a stuck threshold that a test can wait for, and every line logged. */
public class OpsProfile implements QuarkusTestProfile {
  static final Path DATA = temporaryDirectory();
  static final String OPERATOR_KEY = "key-of-the-operator";
  static final String ADMIN_KEY = "key-of-the-admin";
  static final String VIEWER_KEY = "key-of-the-viewer";
  static final int DEPTH_THRESHOLD = 10;

  @Override
  public Map<String, String> getConfigOverrides() {
    try {
      Path keys = Files.createTempFile("agentgate-keys", ".txt");
      keys.toFile().deleteOnExit();
      Files.write(
          keys,
          List.of(
              "ada admin " + Sha256.hex(ADMIN_KEY),
              "olga operator " + Sha256.hex(OPERATOR_KEY),
              "vito viewer " + Sha256.hex(VIEWER_KEY)));
      return Map.of(
          "agentgate.data-dir",
          DATA.toString(),
          "quarkus.log.handler.file.\"audit\".path",
          "${agentgate.data-dir}/logs/audit.jsonl",
          "agentgate.auth.keys-file",
          keys.toString(),
          "agentgate.queue.max-concurrent",
          "1",
          "agentgate.health.stuck-threshold",
          "PT1S",
          "agentgate.health.queue-depth-threshold",
          Integer.toString(DEPTH_THRESHOLD),
          "agentgate.budget.daily-usd",
          "1000",
          "quarkus.log.category.\"dev.agentgate\".level",
          "DEBUG");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path temporaryDirectory() {
    try {
      Path kept = Files.createDirectories(Path.of("target", "test-data").toAbsolutePath());
      return Files.createTempDirectory(kept, "ops");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
