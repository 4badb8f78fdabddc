package dev.agentgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.api.problem.ProblemType;
import dev.agentgate.wire.Problem;
import dev.agentgate.workorder.AgentGateException.Kind;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemTest {
  private final ObjectMapper json = new ObjectMapper();

  @Test
  void aProblemHasTheMembersOfTheContract() throws JsonProcessingException {
    Problem problem =
        ProblemType.INVALID_REQUEST.problem(
            "taskPrompt is required",
            "/api/v1/work-orders",
            List.of(new Problem.Violation("taskPrompt", "is required")));
    assertThat(json.writeValueAsString(problem))
        .isEqualTo(
            "{\"type\":\"urn:problem-type:agentgate:invalid-request\",\"title\":\"Invalid request\","
                + "\"status\":400,\"detail\":\"taskPrompt is required\","
                + "\"instance\":\"/api/v1/work-orders\",\"error\":\"taskPrompt is required\","
                + "\"violations\":[{\"field\":\"taskPrompt\",\"message\":\"is required\"}]}");
  }

  @Test
  void violationsAreLeftOutWhereThereAreNone() throws JsonProcessingException {
    assertThat(json.writeValueAsString(ProblemType.NOT_FOUND.problem("Gone", "/x")))
        .doesNotContain("violations");
  }

  @Test
  void everyKindOfRefusalHasTheStatusOfTheContract() {
    assertThat(Arrays.stream(Kind.values()).map(kind -> kind + " " + ProblemType.of(kind).status()))
        .containsExactly(
            "INVALID 400",
            "NOT_FOUND 404",
            "CONFLICT 409",
            "NOT_RUNNING 400",
            "IDEMPOTENCY_KEY_REUSED 409",
            "QUEUE_FULL 429",
            "STORE_UNAVAILABLE 503",
            "SHORT_OF_RESOURCES 503",
            "STOPPING 503");
  }

  @Test
  void whatMaySucceedLaterSaysWhen() {
    assertThat(ProblemType.values())
        .allSatisfy(type ->
            assertThat(type.retryAfter().isPresent())
                .isEqualTo(type.status() == 429 || type.status() == 503));
  }

  @Test
  void noTwoTypesShareAUri() {
    assertThat(ProblemType.values()).extracting(ProblemType::uri).doesNotHaveDuplicates();
  }

  @Test
  void timesHaveExactlyMilliseconds() throws JsonProcessingException {
    new JsonFormat().customize(json);
    assertThat(
            json.writeValueAsString(
                List.of(
                    Instant.parse("2026-11-22T15:41:00Z"),
                    Instant.parse("2026-11-22T15:41:00.123999Z"))))
        .isEqualTo("[\"2026-11-22T15:41:00.000Z\",\"2026-11-22T15:41:00.123Z\"]");
  }
}
