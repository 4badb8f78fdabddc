package dev.agentgate.ops;

import static dev.agentgate.ops.ServiceClient.ORDERS;
import static dev.agentgate.ops.ServiceClient.as;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page that Prometheus reads, and what is built on its names. */
@QuarkusTest
@Tag("application")
@TestProfile(OpsProfile.class)
class MetricsTest {
  private static final Pattern METRIC = Pattern.compile("\\b(?:agentgate|http|jvm|process)_\\w+");

  /** What only a service reports whose store is shared; {@code ReplicasIT} finds it there. */
  private static final Set<String> SHARED_STORE_ONLY =
      Set.of("agentgate_lease_age_seconds", "agentgate_lease_remaining_seconds");

  @TestHTTPResource(value = "/metrics", management = true)
  String page = "";

  @Test
  void promtoolAcceptsThePageAfterEveryKindOfCall() throws Exception {
    runOneToItsEnd();
    callWithIdsInEveryWay();
    PrometheusPrograms.promtool(Path.of("."), metrics(), "check", "metrics");
  }

  @Test
  void noIdOfAnOrderOrARunIsOnThePage() {
    String id = runOneToItsEnd();
    String run =
        as(OpsProfile.VIEWER_KEY)
            .get(ORDERS + "/" + id + "/runs")
            .then()
            .extract()
            .path("items[0].id");
    as(OpsProfile.VIEWER_KEY).get("/api/v1/runs/" + run + "/log/stream").then().statusCode(200);
    callWithIdsInEveryWay();
    await()
        .untilAsserted(() ->
            assertThat(metrics())
                .contains("uri=\"/work-orders/{id}\"")
                .contains("status=\"401\"")
                .contains("status=\"405\""));
    assertThat(metrics()).doesNotContainPattern("wo_|run_0").doesNotContain("nowhere");
  }

  @Test
  void everySeriesIsThereAtZeroBeforeItsFirstEvent() {
    String metrics = metrics();
    for (String reason :
        List.of("completed", "cancelled", "exit_code", "lost", "oom_killed", "workspace_failed")) {
      assertThat(metrics).contains("agentgate_runs_finished_total{reason=\"" + reason + "\"");
    }
    assertThat(value(metrics, "agentgate_stop_duration_seconds_count{mode=\"kill\"")).isZero();
    assertThat(value(metrics, "agentgate_starts_blocked_total{reason=\"disk\"")).isZero();
    assertThat(value(metrics, "agentgate_store_sync_failures_total")).isZero();
    assertThat(value(metrics, "agentgate_survivors")).isZero();
    assertThat(value(metrics, "agentgate_agent_tokens_total{agent=\"codex\",kind=\"output\""))
        .isZero();
    assertThat(value(metrics, "agentgate_agent_cost_usd_total{agent=\"codex\"")).isZero();
    assertThat(value(metrics, "agentgate_budget_daily_usd{agent=\"*\"")).isEqualTo(1000);
    assertThat(value(metrics, "agentgate_store_up")).isEqualTo(1);
    assertThat(value(metrics, "agentgate_instances{state=\"alive\"")).isEqualTo(1);
    assertThat(value(metrics, "agentgate_instances{state=\"gone\"")).isZero();
    assertThat(value(metrics, "agentgate_orders_taken_over_total")).isZero();
    assertThat(value(metrics, "agentgate_lease_renewals_total{outcome=\"failed\"")).isZero();
    assertThat(value(metrics, "agentgate_relayed_calls_total{outcome=\"unreachable\"")).isZero();
  }

  @Test
  void aRunIsCountedOnceWithItsDurationItsWaitAndItsLaunch() {
    String before = metrics();
    String id = ServiceClient.submit("exit 3");
    ServiceClient.awaitStatus(id, "failed");
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() -> {
          String after = metrics();
          for (String series :
              List.of(
                  "agentgate_runs_finished_total{reason=\"exit_code\"",
                  "agentgate_run_duration_seconds_count{agent=\"shell\",outcome=\"failed\"",
                  "agentgate_queue_wait_seconds_count",
                  "agentgate_run_launch_seconds_count",
                  "agentgate_queue_to_launch_seconds_count",
                  "agentgate_work_orders{status=\"failed\"")) {
            assertThat(value(after, series)).as(series).isEqualTo(value(before, series) + 1);
          }
        });
  }

  @Test
  void everyNameInTheAlertsIsOnThePage() throws IOException {
    JsonNode alerts = new YAMLMapper().readTree(Path.of("deploy/monitoring/alerts.yaml").toFile());
    List<String> queries = alerts.findValues("expr").stream().map(JsonNode::asText).toList();
    assertThat(queries).hasSizeGreaterThan(10);
    assertThat(namesIn(queries)).isSubsetOf(namesOnAnyPage());
  }

  @Test
  void everyNameInTheDashboardIsOnThePage() throws IOException {
    runOneToItsEnd();
    JsonNode dashboard =
        new ObjectMapper().readTree(Path.of("deploy/monitoring/dashboard.json").toFile());
    List<String> queries = dashboard.findValues("expr").stream().map(JsonNode::asText).toList();
    assertThat(queries).hasSizeGreaterThan(20).allMatch(query -> METRIC.matcher(query).find());
    assertThat(namesIn(queries))
        .isSubsetOf(namesOnAnyPage())
        .contains("agentgate_descriptors_open", "agentgate_descriptors_max");
  }

  @Test
  void everyMetricOfTheServiceIsInTheManual() throws IOException {
    String manual = Files.readString(Path.of("docs/operations.md"));
    Set<String> families =
        Arrays.stream(metrics().split("\n", -1))
            .filter(line -> line.startsWith("# TYPE agentgate_") && !line.contains("_max "))
            .map(line -> line.split(" ", -1)[2])
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(families).hasSizeGreaterThan(20);
    assertThat(families).doesNotContainAnyElementsOf(SHARED_STORE_ONLY);
    families.addAll(SHARED_STORE_ONLY);
    assertThat(families).allMatch(family -> manual.contains("`" + family + "`"));
  }

  private String metrics() {
    return given()
        .header("Accept", "text/plain")
        .get(page)
        .then()
        .statusCode(200)
        .extract()
        .asString();
  }

  private static String runOneToItsEnd() {
    String id = ServiceClient.submit("true");
    ServiceClient.awaitStatus(id, "completed");
    return id;
  }

  private static void callWithIdsInEveryWay() {
    String path = ORDERS + "/wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";
    as("no-such-key").get(path).then().statusCode(401);
    as("no-such-key").get("/api/v1/nowhere/wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD").then().statusCode(401);
    as(OpsProfile.VIEWER_KEY).get(path).then().statusCode(404);
    as(OpsProfile.VIEWER_KEY)
        .get("/api/v1/nowhere/run_01K9Z4J0W3V7S5T8Q2N6M4B1CD")
        .then()
        .statusCode(404);
    as(OpsProfile.VIEWER_KEY).post(path + "/kill").then().statusCode(403);
    as(OpsProfile.VIEWER_KEY).put(path).then().statusCode(405);
    as(OpsProfile.VIEWER_KEY).options(path).then().statusCode(204);
    as(OpsProfile.VIEWER_KEY).accept("image/png").get(path).then().statusCode(406);
  }

  private static double value(String metrics, String series) {
    return Arrays.stream(metrics.split("\n", -1))
        .filter(line -> line.startsWith(series))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .mapToDouble(Double::parseDouble)
        .findFirst()
        .orElseThrow(() -> new AssertionError(series + " is not on the page"));
  }

  private static Set<String> namesIn(List<String> queries) {
    Set<String> names = new TreeSet<>();
    for (String query : queries) {
      Matcher metric = METRIC.matcher(query);
      while (metric.find()) {
        names.add(metric.group());
      }
    }
    return names;
  }

  private Set<String> namesOnAnyPage() {
    return Stream.concat(
            SHARED_STORE_ONLY.stream(),
            Arrays.stream(metrics().split("\n", -1))
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0]))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
