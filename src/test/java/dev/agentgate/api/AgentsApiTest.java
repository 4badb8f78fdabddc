package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The agents that are configured. */
@QuarkusTest
@Tag("application")
@TestProfile(AgentsApiTest.WithAgents.class)
class AgentsApiTest {
  /** One agent that is there, one that is missing, one that is switched off, and a price. */
  public static class WithAgents implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "agentgate.agents.mine.command", "sh,{promptFile}",
          "agentgate.agents.mine.output", "codex-json",
          "agentgate.agents.mine.model-arguments", "--model,{model}",
          "agentgate.agents.mine.resume-command", "sh,{promptFile},{sessionId}",
          "agentgate.agents.missing.command", "/nowhere/at/all/no-such-program",
          "agentgate.agents.gemini.enabled", "false",
          "agentgate.prices.\"fast-1.5\".input-usd", "0.1",
          "agentgate.prices.\"fast-1.5\".output-usd", "0.4",
          "agentgate.queue.auto-process", "false");
    }
  }

  @Test
  void everyAgentIsListedWithWhatItCanDo() {
    given()
        .get("/api/v1/agents")
        .then()
        .statusCode(200)
        .body(
            "items.type",
            contains(
                "aider",
                "claude-code",
                "claude-code-subscription",
                "codex",
                "gemini",
                "mine",
                "missing",
                "opencode",
                "shell"))
        .body(
            "items.find { it.type == 'mine' }",
            equalTo(
                Map.of(
                    "type", "mine",
                    "enabled", true,
                    "available", true,
                    "output", "codex-json",
                    "resumes", true,
                    "takesModel", true,
                    "reportsCost", false)))
        .body(
            "items.find { it.type == 'missing' }",
            equalTo(
                Map.of(
                    "type", "missing",
                    "enabled", true,
                    "available", false,
                    "unavailableReason",
                        "The agent's program no-such-program is not there or not executable",
                    "output", "text",
                    "resumes", false,
                    "takesModel", false,
                    "reportsCost", false)))
        .body("items.find { it.type == 'gemini' }.enabled", is(false))
        .body("items.find { it.type == 'gemini' }.output", is("gemini-stream-json"))
        .body("items.find { it.type == 'claude-code' }.reportsCost", is(true))
        .body("items.find { it.type == 'shell' }.available", is(true))
        .body("items.find { it.type == 'shell' }", not(hasKey("unavailableReason")));
  }

  @Test
  void aBudgetIsTakenIfTheModelHasAPrice() {
    for (String model : new String[] {"fast-1.5", "vendor/fast-1.5"}) {
      submit(model).statusCode(201).body("config.maxCostUsd", is(0.5f));
    }
    submit("slow")
        .statusCode(400)
        .body(
            "detail",
            is("The agent mine reports no cost, and no price is configured for the model slow"));
  }

  private static io.restassured.response.ValidatableResponse submit(String model) {
    return given()
        .contentType("application/json")
        .body(
            """
            {"taskPrompt": "true", "agentType": "mine", "workspaceSource": {"type": "empty"},
             "config": {"model": "%s", "maxCostUsd": 0.5}}
            """
                .formatted(model))
        .post("/api/v1/work-orders")
        .then();
  }

  @Test
  void anAgentIsPausedAndResumed() {
    given()
        .contentType("application/json")
        .body("{\"until\": \"2999-01-01T00:00:00+01:00\"}")
        .post("/api/v1/agents/aider/pause")
        .then()
        .statusCode(200)
        .body("type", is("aider"))
        .body("paused.reason", is("manual"))
        .body("paused.until", is("2998-12-31T23:00:00.000Z"));
    given()
        .post("/api/v1/agents/aider/pause")
        .then()
        .statusCode(200)
        .body("paused", not(hasKey("until")));
    given().get("/api/v1/agents").then().body("items[0].paused.reason", is("manual"));
    given()
        .post("/api/v1/agents/aider/resume")
        .then()
        .statusCode(200)
        .body("$", not(hasKey("paused")));
  }

  @Test
  void onlyAKnownAgentIsPausedAndOnlyUntilATime() {
    given().post("/api/v1/agents/unknown/pause").then().statusCode(404);
    given().post("/api/v1/agents/unknown/resume").then().statusCode(404);
    for (String body : new String[] {"{\"until\": \"noon\"}", "{\"until\": 5}", "[]", "{"}) {
      given()
          .contentType("application/json")
          .body(body)
          .post("/api/v1/agents/aider/pause")
          .then()
          .statusCode(400);
    }
    given().get("/api/v1/agents").then().body("items[0]", not(hasKey("paused")));
  }

  @Test
  void whatRunsUsedIsSummed() {
    given().get("/api/v1/usage").then().statusCode(200).body("$", hasKey("items"));
    given()
        .get("/api/v1/usage?by=label:team&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z")
        .then()
        .statusCode(200)
        .body("items", equalTo(List.of()));
    for (String query : new String[] {"by=week", "by=", "from=today", "by=day&by=agent", "x=1"}) {
      given().get("/api/v1/usage?" + query).then().statusCode(400);
    }
  }
}
