package dev.agentgate.ops;

import static dev.agentgate.ops.ServiceClient.ORDERS;
import static dev.agentgate.ops.ServiceClient.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.queue.LogKeys;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the log says of an order, and what it never says. */
@QuarkusTest
@Tag("application")
@TestProfile(OpsProfile.class)
class LogsTest {
  private static final Logger ROOT = Logger.getLogger("");
  private static final ExtFormatter MESSAGE = new PatternFormatter("%s");
  private static final ExtFormatter EVERYTHING = new PatternFormatter("%c %t %X %s%e");

  private final List<ExtLogRecord> lines = new CopyOnWriteArrayList<>();
  private final Handler recorder =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          ExtLogRecord kept = ExtLogRecord.wrap(line);
          kept.copyMdc();
          lines.add(kept);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void record() {
    ROOT.addHandler(recorder);
  }

  @AfterEach
  void stopRecording() {
    ROOT.removeHandler(recorder);
  }

  @Test
  void everyTransitionIsOneLineWithTheOrderTheRunAndTheRequestThatCausedIt() {
    String id = ServiceClient.submit("submit-1", "true").then().extract().path("id");
    ServiceClient.awaitStatus(id, "completed");
    await().untilAsserted(() -> assertThat(transitionsOf(id)).hasSize(3));
    String run = as(OpsProfile.VIEWER_KEY).get(ORDERS + "/" + id).path("currentRunId");

    List<ExtLogRecord> transitions = transitionsOf(id);
    assertThat(transitions).extracting(ExtLogRecord::getLevel).containsOnly(Level.INFO);
    assertThat(transitions)
        .extracting(MESSAGE::format)
        .containsExactly(
            "Work order " + id + ": new -> queued, attempt 0",
            "Work order " + id + ": queued -> running, attempt 1",
            "Work order " + id + ": running -> completed, attempt 1");
    assertThat(context(transitions.get(0)))
        .containsEntry(LogKeys.REQUEST_ID, "submit-1")
        .doesNotContainKey(LogKeys.RUN_ID);
    for (ExtLogRecord later : transitions.subList(1, 3)) {
      assertThat(context(later))
          .containsEntry(LogKeys.RUN_ID, run)
          .doesNotContainKey(LogKeys.REQUEST_ID);
    }
    assertThat(context(transitions.get(2))).containsKey(LogKeys.PID);
  }

  @Test
  void aRequestIdStaysWithItsRequest() {
    String blocker = ServiceClient.submit("one", "sleep 30").then().extract().path("id");
    ServiceClient.awaitStatus(blocker, "running");
    String waiting = ServiceClient.submit("two", "true").then().extract().path("id");
    as(OpsProfile.OPERATOR_KEY)
        .header("X-Request-ID", "three")
        .post(ORDERS + "/" + waiting + "/cancel")
        .then()
        .statusCode(200);
    as(OpsProfile.ADMIN_KEY).delete(ORDERS + "/" + waiting + "?purge=true").then().statusCode(200);
    as(OpsProfile.OPERATOR_KEY).post(ORDERS + "/" + blocker + "/cancel").then().statusCode(200);

    assertThat(transitionsOf(waiting))
        .extracting(line -> context(line).get(LogKeys.REQUEST_ID))
        .startsWith("two", "three")
        .hasSize(3)
        .last()
        .isNotIn("one", "two", "three", null);
    assertThat(MESSAGE.format(transitionsOf(blocker).getLast())).contains("running -> cancelled");
    assertThat(context(transitionsOf(blocker).getLast())).doesNotContainKey(LogKeys.REQUEST_ID);
  }

  @Test
  void noPromptNoKeyAndNoEnvironmentIsEverLogged() {
    String marker = "MARKER_of_the_prompt";
    List<String> ids =
        List.of(
            ServiceClient.submit("true # " + marker),
            ServiceClient.submit("echo " + marker + " >&2; exit 3"),
            ServiceClient.submit("exec /no/such/" + marker));
    ids.forEach(id ->
        await().until(() -> !List.of("queued", "running").contains(ServiceClient.statusOf(id))));
    as(OpsProfile.OPERATOR_KEY)
        .body(
            Map.of(
                "taskPrompt",
                marker,
                "agentType",
                "none",
                "workspaceSource",
                Map.of("type", marker)))
        .post(ORDERS)
        .then()
        .statusCode(400);
    as(OpsProfile.OPERATOR_KEY)
        .body("{\"taskPrompt\": \"" + marker)
        .post(ORDERS)
        .then()
        .statusCode(400);
    as("wrong-" + marker).get(ORDERS).then().statusCode(401);

    assertThat(lines).hasSizeGreaterThan(6);
    String path = System.getenv("PATH");
    assertThat(lines)
        .map(EVERYTHING::format)
        .noneMatch(line ->
            line.contains(marker)
                || line.contains(OpsProfile.OPERATOR_KEY)
                || line.contains(OpsProfile.ADMIN_KEY)
                || line.contains(path));
  }

  private List<ExtLogRecord> transitionsOf(String id) {
    return lines.stream()
        .filter(line -> MESSAGE.format(line).startsWith("Work order " + id + ":"))
        .peek(line -> assertThat(context(line)).containsEntry(LogKeys.WORK_ORDER_ID, id))
        .toList();
  }

  private static Map<String, String> context(ExtLogRecord line) {
    return line.getMdcCopy();
  }
}
