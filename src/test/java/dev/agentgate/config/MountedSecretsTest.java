package dev.agentgate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountedSecretsTest {
  @TempDir Path mount;

  @Test
  void aMountedFileGivesTheValueOfItsKey() throws IOException {
    var config = configOf(Map.of("AGENTGATE_AUTH_API_KEY_FILE", file("key", "s3cret")));

    assertThat(config.getConfigMapping(Settings.class).auth().apiKey()).contains("s3cret");
  }

  @Test
  void thePasswordOfTheDatabaseComesFromAFileAsItIsWritten() throws IOException {
    var config =
        configOf(Map.of("QUARKUS_DATASOURCE_PASSWORD_FILE", file("password", "pa$$${HOME}\n")));

    assertThat(config.getValue("quarkus.datasource.password", String.class))
        .isEqualTo("pa$$${HOME}");
  }

  @Test
  void lineEndsAtTheEndAreCutOffAndNothingElseIs() throws IOException {
    var config = configOf(Map.of("AGENTGATE_GITHUB_TOKEN_FILE", file("token", " a\nb \r\n\n")));

    assertThat(config.getConfigMapping(Settings.class).github().token()).contains(" a\nb ");
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheValue() throws IOException {
    var config =
        configOf(
            Map.of(
                "AGENTGATE_GITHUB_TOKEN_FILE", file("token", "\uFEFFtoken\r\n"),
                "AGENTGATE_AUTH_API_KEY_FILE", file("key", "\uFEFF\n")));

    assertThat(config.getConfigMapping(Settings.class).github().token()).contains("token");
    assertThat(config.getConfigMapping(Settings.class).auth().apiKey()).isEmpty();
  }

  @Test
  void anEmptyFileLeavesTheKeyUnset() throws IOException {
    var config = configOf(Map.of("AGENTGATE_GITHUB_TOKEN_FILE", file("token", "\n")));

    assertThat(config.getConfigMapping(Settings.class).github().token()).isEmpty();
  }

  @Test
  void theKeysFileIsASettingOfItsOwn() {
    var config = configOf(Map.of("AGENTGATE_AUTH_KEYS_FILE", "/does/not/exist"));

    assertThat(config.getConfigMapping(Settings.class).auth().keysFile())
        .contains("/does/not/exist");
  }

  @Test
  void theEnvironmentOfAnAgentThatStartsAgentGateIsNoConfiguration() {
    var config = configOf(Map.of("AGENTGATE_PROMPT_FILE", "/does/not/exist", "OTHER_FILE", "/no"));

    assertThat(config.getConfigMapping(Settings.class).auth().apiKey()).isEmpty();
  }

  @Test
  void theKeyOfTheCommandLineIsNoConfiguration() {
    var config =
        configOf(
            Map.of("AGENTGATE_API_KEY", "key", "AGENTGATE_API_KEY_FILE", "/home/alice/not/yours"));

    assertThat(config.getConfigMapping(Settings.class).auth().apiKey()).isEmpty();
  }

  @Test
  void aMissingFileStopsTheStartAndNamesVariableAndPath() {
    Path missing = mount.resolve("missing");

    assertThatThrownBy(() -> configOf(Map.of("AGENTGATE_AUTH_API_KEY_FILE", missing.toString())))
        .hasStackTraceContaining(
            "AGENTGATE_AUTH_API_KEY_FILE=" + missing + ": there is no such file");
  }

  @Test
  void aDirectoryStopsTheStart() {
    assertThatThrownBy(() -> configOf(Map.of("AGENTGATE_AUTH_API_KEY_FILE", mount.toString())))
        .hasStackTraceContaining("it cannot be read as a file");
  }

  @Test
  void aFileThatIsNotTextStopsTheStartWithoutShowingIt() throws IOException {
    Path binary = mount.resolve("binary");
    Files.write(binary, new byte[] {'h', 'u', 's', 'h', (byte) 0xff});

    assertThatThrownBy(() -> configOf(Map.of("AGENTGATE_AUTH_API_KEY_FILE", binary.toString())))
        .hasStackTraceContaining("it is not UTF-8 text")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("hush"));
  }

  @Test
  void aFileOfAnotherKindStopsTheStart() throws IOException {
    String large = file("large", "x".repeat(64 * 1024 + 1));

    assertThatThrownBy(() -> configOf(Map.of("AGENTGATE_AUTH_API_KEY_FILE", large)))
        .hasStackTraceContaining("it is larger than 65536 bytes");
  }

  @Test
  void aKeyGivenBothWaysStopsTheStartWithoutShowingEitherValue() throws IOException {
    Map<String, String> both =
        Map.of(
            "AGENTGATE_AUTH_API_KEY", "first", "AGENTGATE_AUTH_API_KEY_FILE", file("k", "second"));

    assertThatThrownBy(() -> configOf(both))
        .hasStackTraceContaining("AGENTGATE_AUTH_API_KEY and AGENTGATE_AUTH_API_KEY_FILE are both")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("first").doesNotContain("second"));
  }

  @Test
  void allProblemsAreNamedAtOnce() {
    Map<String, String> two = new HashMap<>();
    two.put("AGENTGATE_AUTH_API_KEY_FILE", mount.resolve("a").toString());
    two.put("AGENTGATE_GITHUB_TOKEN_FILE", mount.resolve("b").toString());

    assertThatThrownBy(() -> configOf(two))
        .hasStackTraceContaining("AGENTGATE_AUTH_API_KEY_FILE=")
        .hasStackTraceContaining("AGENTGATE_GITHUB_TOKEN_FILE=");
  }

  @Test
  void theServiceLoaderFindsIt() {
    assertThat(ServiceLoader.load(io.smallrye.config.ConfigSourceFactory.class))
        .hasAtLeastOneElementOfType(MountedSecrets.class);
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(mount.resolve(name), content).toString();
  }

  private static SmallRyeConfig configOf(Map<String, String> environment) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withValidateUnknown(false)
        .withMapping(Settings.class)
        .withSources(new EnvConfigSource(environment, EnvConfigSource.ORDINAL))
        .withSources(new MountedSecrets(environment))
        .build();
  }
}
