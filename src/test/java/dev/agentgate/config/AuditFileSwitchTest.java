package dev.agentgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditFileSwitchTest {
  private static final String PATH = "quarkus.log.handler.file.\"audit\".path";

  @TempDir private Path directory;

  @Test
  void theAuditLogIsInTheDataDirectory() {
    assertThat(pathWith(directory.resolve("new").toString()))
        .isEqualTo(directory.resolve("new/logs/audit.jsonl").toString());
  }

  @Test
  void nothingIsOpenedInADataDirectoryThatCannotBeUsed() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThat(pathWith(file.toString())).isEqualTo("/dev/null");
    assertThat(pathWith(file.resolve("below").toString())).isEqualTo("/dev/null");
    assertThat(pathWith("relative")).isEqualTo("/dev/null");
  }

  private static String pathWith(String dataDirectory) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .withSources(
            new PropertiesConfigSource(
                Map.of(
                    "agentgate.data-dir",
                    dataDirectory,
                    PATH,
                    "${agentgate.data-dir}/logs/audit.jsonl"),
                "application.properties",
                250))
        .withSources(new AuditFileSwitch())
        .build()
        .getValue(PATH, String.class);
  }
}
