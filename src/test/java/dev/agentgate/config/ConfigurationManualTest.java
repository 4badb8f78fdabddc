package dev.agentgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.WithDefault;
import io.smallrye.config.common.utils.StringUtil;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/configuration.md} names every key, with its variable and its default, and no other.
 */
class ConfigurationManualTest {
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `(agentgate\\.[^`]+)` \\| `([^`]+)` \\| (\\S[^|]*) \\| (\\S[^|]*) \\|$",
          Pattern.MULTILINE);

  @Test
  void everyKeyIsInTheManualWithItsDefault() throws IOException {
    assertThat(manual(3)).isEqualTo(defaults());
  }

  @Test
  void everyVariableInTheManualIsThatOfItsKey() throws IOException {
    assertThat(manual(2))
        .allSatisfy((key, variable) ->
            assertThat(variable).isEqualTo("`" + EnvironmentTest.variableOf(key) + "`"));
  }

  @Test
  void everyKindOfAlertIsInTheManual() throws IOException {
    String row = manual(4).get("agentgate.health.readiness-alerts");

    assertThat(new TreeSet<>(StartupChecks.ALERT_KINDS))
        .allSatisfy(kind -> assertThat(row).contains("`" + kind + "`"));
  }

  private static Map<String, String> manual(int column) throws IOException {
    return ROW.matcher(Files.readString(Path.of("docs/configuration.md")))
        .results()
        .collect(
            Collectors.toMap(
                row -> row.group(1),
                row -> column == 2 ? "`" + row.group(2) + "`" : row.group(column),
                (first, second) -> {
                  throw new AssertionError("a key comes twice: " + first);
                },
                TreeMap::new));
  }

  private static Map<String, String> defaults() {
    Map<String, String> defaults = new TreeMap<>();
    for (var type : ConfigurationFixture.interfaces()) {
      for (Method method : type.getType().getDeclaredMethods()) {
        if (method.isSynthetic()) {
          continue;
        }
        String key = type.getPrefix() + "." + StringUtil.skewer(method.getName());
        if (method.getReturnType() == Map.class) {
          for (Method ofEach : DataConfig.AgentConfig.class.getDeclaredMethods()) {
            defaults.put(
                key + ".TYPE." + StringUtil.skewer(ofEach.getName()),
                defaultOf(ofEach).orElse("per agent"));
          }
        } else {
          defaults.put(key, defaultOf(method).orElse("per agent"));
        }
      }
    }
    return defaults;
  }

  private static Optional<String> defaultOf(Method method) {
    Optional<String> value =
        Optional.ofNullable(method.getAnnotation(WithDefault.class))
            .map(annotation -> "`" + annotation.value() + "`");
    return method.getReturnType() == Optional.class ? value.or(() -> Optional.of("–")) : value;
  }
}
