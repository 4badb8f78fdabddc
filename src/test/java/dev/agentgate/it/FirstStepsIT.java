package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.it.Client.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a new user sees. */
class FirstStepsIT {
  @TempDir Path home;

  @Test
  void theRootTellsWithoutAKeyWhereTheDocumentationIs() {
    try (Service service = Service.in(home).with("AGENTGATE_AUTH_API_KEY", "admin-key")) {
      service.start();
      assertPage(root(service, "GET"), "text/plain");
      assertPage(root(service, "GET", "Accept", "*/*"), "text/plain");
      assertPage(root(service, "GET", "Accept", "text/html,application/xml;q=0.9"), "text/html");
      assertPage(root(service, "GET", "Accept", "application/json"), "application/json");
      assertThat(root(service, "HEAD").status()).isEqualTo(200);
      Answer post = root(service, "POST");
      assertThat(post.status()).isEqualTo(405);
      assertThat(post.raw().headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS");
    }
  }

  @Test
  void theRootIsClosedToOtherWebSitesWhereThereIsNoKey() {
    try (Service service = Service.in(home)) {
      service.start();
      assertPage(root(service, "GET"), "text/plain");
      assertThat(root(service, "GET", "Origin", "https://evil.example").status()).isEqualTo(403);
    }
  }

  private static void assertPage(Answer answer, String type) {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.raw().headers().firstValue("Content-Type"))
        .hasValueSatisfying(it -> assertThat(it).startsWith(type));
    assertThat(answer.text()).contains("/q/openapi", "/api/v1");
  }

  private static Answer root(Service service, String method, String... headers) {
    return service.client().call(method, "/", BodyPublishers.noBody(), headers);
  }

  @ParameterizedTest
  @CsvSource({"default,false", "true,true"})
  void onATerminalTheLogIsTextUnlessToldOtherwise(String setting, boolean json) {
    Service service = Service.in(home).onATerminal();
    if (!setting.equals("default")) {
      service.with("QUARKUS_LOG_CONSOLE_JSON_ENABLED", setting);
    }
    try (service) {
      service.start();
      assertThat(service.said().lines().filter(line -> line.contains("No key is configured")))
          .isNotEmpty()
          .allSatisfy(line -> assertThat(line.startsWith("{")).isEqualTo(json));
    }
  }

  @Test
  void intoAFileTheLogIsJson() {
    try (Service service = Service.in(home)) {
      service.start();
      assertThat(service.said().lines()).isNotEmpty().allMatch(line -> line.startsWith("{"));
    }
  }

  @Test
  void dataIsBelowTheHomeOfTheEnvironment() throws Exception {
    Path mine = Files.createDirectory(home.resolve("$HOME of mine"));
    try (Service service = Service.in(home).without("AGENTGATE_DATA_DIR").with("HOME", mine)) {
      service.start();
      String its = service.keepsOrdersInFiles() ? ".agentgate/journal" : ".agentgate/database";
      assertThat(mine.resolve(its)).exists();
      assertThat(mine.resolve(".agentgate/logs/audit.jsonl")).exists();
    }
  }
}
