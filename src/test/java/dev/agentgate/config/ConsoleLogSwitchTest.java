package dev.agentgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleLogSwitchTest {
  private static final String JSON = "quarkus.log.console.json.enabled";
  private static final long SHELL = 1234;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"/dev/pts/0", "/dev/pts/12", "/dev/tty1", "/dev/console"})
  void onATerminalTheLogIsText(String device) throws IOException {
    assertThat(isJson(device, Map.of(), SHELL)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pipe:[1]", "socket:[1]", "/dev/null", "/var/log/agentgate.log"})
  void elsewhereItIsJson(String device) throws IOException {
    assertThat(isJson(device, Map.of(), SHELL)).isTrue();
  }

  @Test
  void inAContainerItIsJsonOnATerminalToo() throws IOException {
    assertThat(isJson("/dev/pts/0", Map.of(), 1)).isTrue();
    assertThat(isJson("/dev/pts/0", Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1"), SHELL)).isTrue();
  }

  @Test
  void anOperatorsWordIsStronger() throws IOException {
    assertThat(isJson("/dev/pts/0", Map.of("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "true"), SHELL))
        .isTrue();
  }

  @Test
  void theServiceLoaderFindsIt() {
    assertThat(ServiceLoader.load(io.smallrye.config.ConfigSourceFactory.class))
        .hasAtLeastOneElementOfType(ConsoleLogSwitch.class);
  }

  private boolean isJson(String device, Map<String, String> environment, long parent)
      throws IOException {
    Path standardOutput = directory.resolve("stdout-" + parent + environment.size());
    Files.createSymbolicLink(standardOutput, Path.of(device));
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .withSources(
            new PropertiesConfigSource(Map.of(JSON, "true"), "application.properties", 250))
        .withSources(new EnvConfigSource(environment, EnvConfigSource.ORDINAL))
        .withSources(new ConsoleLogSwitch(standardOutput, environment, 4321, parent))
        .build()
        .getValue(JSON, Boolean.class);
  }
}
