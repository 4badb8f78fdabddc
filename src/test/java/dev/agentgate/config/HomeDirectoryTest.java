package dev.agentgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HomeDirectoryTest {
  @Test
  void dataIsBelowTheHomeOfTheEnvironment() {
    assertThat(dataDirectory(Map.of("HOME", "/home/$me\\$"))).isEqualTo("/home/$me\\$/.agentgate");
    assertThat(dataDirectory(Map.of("HOME", "/"))).isEqualTo("/.agentgate");
  }

  @Test
  void withoutOneItIsBelowThatOfThePasswordFile() {
    assertThat(dataDirectory(Map.of())).isEqualTo("/passwd/.agentgate");
    assertThat(dataDirectory(Map.of("HOME", ""))).isEqualTo("/passwd/.agentgate");
  }

  @Test
  void aConfiguredDirectoryIsStronger() {
    assertThat(dataDirectory(Map.of("HOME", "/home/me", "AGENTGATE_DATA_DIR", "/srv")))
        .isEqualTo("/srv");
  }

  private static String dataDirectory(Map<String, String> environment) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .addDefaultInterceptors()
        .withInterceptors(new HomeDirectory(environment), new LiteralValues())
        .withValidateUnknown(false)
        .withDefaultValue("user.home", "/passwd")
        .withMapping(Settings.class)
        .withSources(new EnvConfigSource(environment, EnvConfigSource.ORDINAL))
        .build()
        .getConfigMapping(Settings.class)
        .dataDir();
  }
}
