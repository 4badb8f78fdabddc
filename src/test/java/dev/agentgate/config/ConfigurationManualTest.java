package dev.agentgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.queue.QueueHealth.AlertKind;
import dev.agentgate.workorder.WorkOrderStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of keys in {@code docs/configuration.md} is generated from the interfaces. */
class ConfigurationManualTest {
  // Set this property to write the generated table there.
  private static final String REGENERATE = "configuration.regenerate";

  private static final Path MANUAL = Path.of("docs", "configuration.md");

  private static final Pattern TABLE =
      Pattern.compile(Pattern.quote(ManualTable.HEADER) + "(\\| `agentgate\\..*\n)+");

  private static final Pattern LINK = Pattern.compile("]\\(#([a-z-]+)\\)");

  @Test
  void theManualHasTheTableThatTheInterfacesSay() throws Exception {
    String generated = ManualTable.generate();
    if (Boolean.getBoolean(REGENERATE)) {
      Files.writeString(
          MANUAL,
          TABLE
              .matcher(Files.readString(MANUAL))
              .replaceFirst(Matcher.quoteReplacement(generated)));
    }
    assertThat(TABLE.matcher(Files.readString(MANUAL)).results().map(MatchResult::group))
        .as(
            "Regenerate %s: ./mvnw test -Dtest=ConfigurationManualTest -D%s=true",
            MANUAL, REGENERATE)
        .containsExactly(generated);
  }

  @Test
  void everyLinkLeadsToAHeading() throws Exception {
    List<String> headings =
        Files.readAllLines(MANUAL).stream()
            .filter(line -> line.startsWith("#"))
            .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT).replace(' ', '-'))
            .toList();
    assertThat(LINK.matcher(Files.readString(MANUAL)).results().map(link -> link.group(1)))
        .isNotEmpty()
        .isSubsetOf(headings);
  }

  @Test
  void theWordsOfListsAreThoseOfTheDomain() {
    assertThat(words("agentgate.health.readiness-alerts"))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(AlertKind.values()).map(AlertKind::wireName).toList());
    assertThat(words("agentgate.webhooks.statuses"))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(WorkOrderStatus.values()).map(WorkOrderStatus::wireName).toList());
  }

  private static List<String> words(String key) {
    return Setting.of(key).flatMap(it -> it.bounds().words()).map(OneOf::value).stream()
        .flatMap(Arrays::stream)
        .toList();
  }
}
