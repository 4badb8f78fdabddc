package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Orders wait while their agent is at a limit, of its provider or of its budget. */
@Timeout(300)
class AgentLimitsIT {
  private static final String SPENT =
      """
      {"type":"result","subtype":"success","is_error":false,"result":"Done","num_turns":1,\
      "session_id":"s","total_cost_usd":0.75,"usage":{"input_tokens":100,"output_tokens":10}}
      """;

  /** Says that the limit is over in two seconds, whenever it is asked, until a file is there. */
  private static String limitedUntil(Path over) {
    return """
    if [ -e %1$s ]; then cat <<'END'
    %2$sEND
    exit 0; fi
    cat <<END
    {"type":"rate_limit_event","rate_limit_info":{"status":"rejected",\
    "resetsAt":$(($(date +%%s) + 2)),"rateLimitType":"five_hour"},"session_id":"s"}
    {"type":"result","subtype":"success","is_error":true,"api_error_status":429,\
    "result":"You've hit your limit","terminal_reason":"api_error",\
    "api_error":"usage_limit_reached","session_id":"s","total_cost_usd":0}
    END
    exit 1
    """
        .formatted(over, SPENT);
  }

  @TempDir Path home;

  private Service service() {
    return Service.in(home).with("AGENTGATE_AGENTS_CLAUDE_CODE_COMMAND", "sh,{promptFile}");
  }

  private static String submit(Client client, String script) {
    return client.submit(script, body -> body.put("agentType", "claude-code"));
  }

  private static JsonNode agent(Client client) {
    for (JsonNode agent : client.get("/agents").json().path("items")) {
      if (agent.path("type").asText().equals("claude-code")) {
        return agent;
      }
    }
    throw new AssertionError("claude-code is not listed");
  }

  @Test
  void twentyOrdersAtAUsageLimitCompleteAfterItAndHoldNoOtherAgentBack() throws IOException {
    try (Service service = service()) {
      service.start();
      Client client = service.client();
      Path over = service.outside("over");
      List<String> limited = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        limited.add(submit(client, limitedUntil(over)));
      }
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> agent(client).path("paused").path("reason").asText().equals("usage_limit"));

      assertThat(client.awaitEnd(client.submit("true")).path("status").asText())
          .isEqualTo("completed");
      assertThat(client.get("/work-orders?status=queued&status=running").json().path("total"))
          .hasToString("20");
      Files.createFile(over);

      for (String id : limited) {
        JsonNode order = client.awaitEnd(id);
        assertThat(order.path("status").asText()).isEqualTo("completed");
        assertThat(order.path("attempt").asInt()).isEqualTo(1);
      }
      JsonNode health = client.get("/queue/health").json();
      assertThat(health.path("failedCount").asInt()).isZero();
      assertThat(health.path("completedCount").asInt()).isEqualTo(21);
    }
  }

  @Test
  void ordersWaitOnceTheBudgetOfTheirAgentIsSpentAlsoAfterAPurgeAndARestart() {
    assumeTrue(
        LocalTime.now(ZoneOffset.UTC).isBefore(LocalTime.of(23, 50)),
        "the budget of the next day would begin soon");
    try (Service service = service().with("AGENTGATE_AGENTS_CLAUDE_CODE_DAILY_USD", "1")) {
      service.start();
      Client client = service.client();
      String script = "cat <<'END'\n" + SPENT + "END\n";
      for (int i = 0; i < 2; i++) {
        String id = submit(client, script);
        assertThat(client.awaitEnd(id).path("status").asText())
            .as(client.log(id))
            .isEqualTo("completed");
        assertThat(client.delete("/work-orders/" + id + "?purge=true").status()).isEqualTo(200);
      }
      String waiting = submit(client, script);
      service.kill9AndRestart();
      Client again = service.client();

      assertThat(again.awaitEnd(again.submit("true")).path("status").asText())
          .isEqualTo("completed");
      assertThat(again.status(waiting)).isEqualTo("queued");
      assertThat(again.order(waiting).path("blockedBy")).hasToString("[\"budget\"]");
      JsonNode health = again.get("/queue/health").json();
      assertThat(health.path("blockedBy")).hasToString("[\"budget\"]");
      assertThat(health.path("alerts").path(0).asText())
          .contains("agent claude-code", "1.5 of 1 USD spent");
      assertThat(agent(again).path("usageToday").path("costUsd").asDouble()).isEqualTo(1.5);
      JsonNode spent = again.get("/usage?by=agent").json().path("items").path(0);
      assertThat(spent.path("key").asText()).isEqualTo("claude-code");
      assertThat(spent.path("runs").asInt()).isEqualTo(2);
      assertThat(spent.path("costUsd").asDouble()).isEqualTo(1.5);
    }
  }
}
