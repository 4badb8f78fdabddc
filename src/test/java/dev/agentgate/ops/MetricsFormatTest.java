package dev.agentgate.ops;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.net.URI;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The metrics are in the format that a scraper asks for. */
@QuarkusTest
@Tag("application")
@TestProfile(OpsProfile.class)
class MetricsFormatTest {
  @TestHTTPResource(value = "/metrics", management = true)
  URI page = URI.create("");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*/*",
        "application/json",
        "application/openmetrics-text;version=2.0.0,*/*;q=0.1",
        "application/openmetrics-text",
        "application/openmetrics-text;version=1.0.0",
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        // Prometheus 2.
        "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;"
            + "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        // Prometheus 3.
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
            + "application/openmetrics-text;version=0.0.1;q=0.4,"
            + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
            + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
        // Prometheus 2 with native histograms.
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
            + "encoding=delimited;q=0.9,application/openmetrics-text;version=1.0.0;q=0.8,"
            + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
      })
  void openMetricsIsForThoseThatPreferItAndForEveryoneElse(String accept) {
    Response answer = given().header("Accept", accept).get(page);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.contentType())
        .isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
    assertThat(answer.asString())
        .endsWith("# EOF\n")
        .contains("# TYPE agentgate_work_orders gauge");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "text/*",
        "text/plain;version=0.0.4",
        "text/html,application/xhtml+xml,*/*;q=0.8",
        "text/plain,application/openmetrics-text;version=1.0.0;q=0.5",
        "application/openmetrics-text;version=1.0.0;q=0,text/plain;q=0.1",
        "application/openmetrics-text;version=2.0.0,text/plain;q=0.1"
      })
  void plainTextIsForThoseThatAskForIt(String accept) {
    Response answer = given().header("Accept", accept).get(page);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.asString())
        .doesNotContain("# EOF")
        .contains("# TYPE agentgate_work_orders gauge");
  }

  @Test
  void headHasTheSameTypeAndNoBody() {
    Response answer = given().header("Accept", "application/openmetrics-text").head(page);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.contentType()).startsWith("application/openmetrics-text");
    assertThat(answer.asString()).isEmpty();
  }
}
