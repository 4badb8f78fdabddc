package dev.agentgate.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The alerts, checked and fired by Prometheus' own tool. */
class AlertRulesTest {
  private static final Path DIRECTORY = Path.of("deploy/monitoring");
  private static final Path RULES = DIRECTORY.resolve("alerts.yaml");

  /** The same rules as an object of a cluster. */
  private static final Path OBJECT =
      Path.of("deploy/kustomize/components/monitoring/prometheus-rule.yaml");

  // Set this property to write the object anew.
  private static final String REGENERATE = "alerts.regenerate";
  private static final Path MANUAL = Path.of("docs/operations.md");
  private static final YAMLMapper YAML = new YAMLMapper();

  @Test
  void promtoolAcceptsTheRules() throws Exception {
    PrometheusPrograms.promtool(DIRECTORY, "", "check", "rules", "alerts.yaml");
  }

  @Test
  void theRulesFireWhenTheyShouldAndOnlyThen() throws Exception {
    PrometheusPrograms.promtool(DIRECTORY, "", "test", "rules", "alerts_test.yaml");
  }

  @Test
  void everyRuleIsFiredByATest() throws IOException {
    List<String> fired =
        YAML
            .readTree(DIRECTORY.resolve("alerts_test.yaml").toFile())
            .findParents("exp_alerts")
            .stream()
            .filter(check -> !check.path("exp_alerts").isEmpty())
            .map(check -> check.path("alertname").asText())
            .toList();
    assertThat(names()).isNotEmpty().isSubsetOf(fired);
  }

  @Test
  void everyRuleHasItsSectionInTheManual() throws IOException {
    List<String> anchors =
        Files.readAllLines(MANUAL).stream()
            .filter(line -> line.startsWith("#"))
            .map(line -> line.replaceFirst("^#+ ", ""))
            .map(title -> title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 -]", ""))
            .map(title -> "docs/operations.md#" + title.replace(' ', '-'))
            .toList();
    List<String> runbooks =
        rules().findValues("runbook_url").stream().map(JsonNode::asText).toList();
    assertThat(runbooks).hasSameSizeAs(names()).isSubsetOf(anchors);
  }

  @Test
  void theObjectForTheOperatorIsMadeOfTheRules() throws IOException {
    List<String> object =
        Stream.concat(
                Files.readAllLines(OBJECT).stream().takeWhile(line -> !line.equals("spec:")),
                Stream.concat(
                    Stream.of("spec:"),
                    Files.readAllLines(RULES).stream()
                        .dropWhile(line -> line.startsWith("#"))
                        .map(line -> "  " + line)))
            .toList();
    if (Boolean.getBoolean(REGENERATE)) {
      Files.write(OBJECT, object);
    }
    assertThat(Files.readAllLines(OBJECT))
        .as("Regenerate: ./mvnw test -Dtest=AlertRulesTest -D%s=true", REGENERATE)
        .isEqualTo(object);
  }

  private static JsonNode rules() throws IOException {
    return YAML.readTree(RULES.toFile());
  }

  private static List<String> names() throws IOException {
    return rules().findValues("alert").stream()
        .map(JsonNode::asText)
        .flatMap(Stream::of)
        .collect(Collectors.toList());
  }
}
