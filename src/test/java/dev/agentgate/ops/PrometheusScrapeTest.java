package dev.agentgate.ops;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import dev.agentgate.FreePorts;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus reads the service, and loads the alerts. */
@QuarkusTest
@Tag("application")
@TestProfile(OpsProfile.class)
class PrometheusScrapeTest {
  @TestHTTPResource(value = "/metrics", management = true)
  URI page = URI.create("");

  @Test
  void prometheusScrapesTheServiceAndEvaluatesEveryRule(@TempDir Path directory) throws Exception {
    PrometheusPrograms.require("prometheus");
    Files.writeString(
        directory.resolve("prometheus.yml"),
        """
        global: {scrape_interval: 1s, evaluation_interval: 1s}
        rule_files: ["%s"]
        scrape_configs:
          - job_name: agentgate
            metrics_path: /q/metrics
            static_configs: [{targets: ["%s"]}]
        """
            .formatted(
                Path.of("deploy/monitoring/alerts.yaml").toAbsolutePath(), page.getAuthority()));
    String api = "http://127.0.0.1:" + FreePorts.next();
    Process prometheus =
        new ProcessBuilder(
                "prometheus",
                "--config.file=" + directory.resolve("prometheus.yml"),
                "--storage.tsdb.path=" + directory.resolve("data"),
                "--web.listen-address=" + URI.create(api).getAuthority())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("prometheus.log").toFile())
            .start();
    try {
      await()
          .atMost(Duration.ofMinutes(2))
          .ignoreExceptions()
          .untilAsserted(() -> {
            query(api, "agentgate_work_orders").body("data.result", hasSize(5));
            query(api, "up{job='agentgate'}").body("data.result[0].value[1]", equalTo("1"));
            given()
                .get(api + "/api/v1/rules")
                .then()
                .body("data.groups.rules.flatten().health.unique()", equalTo(List.of("ok")))
                .body("data.groups.rules.flatten().name", hasItem("AgentGateStuckOrder"));
          });
    } finally {
      prometheus.destroyForcibly().waitFor();
    }
  }

  private static ValidatableResponse query(String api, String query) {
    return given().queryParam("query", query).get(api + "/api/v1/query").then().statusCode(200);
  }
}
