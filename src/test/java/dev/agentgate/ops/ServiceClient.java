package dev.agentgate.ops;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.Map;

/** Calls the service as its users do. */
final class ServiceClient {
  static final String ORDERS = "/api/v1/work-orders";

  private ServiceClient() {}

  static RequestSpecification as(String key) {
    return given().header("Authorization", "Bearer " + key).contentType("application/json");
  }

  static Response submit(String requestId, String script) {
    return as(OpsProfile.OPERATOR_KEY)
        .header("X-Request-ID", requestId)
        .body(
            Map.of(
                "taskPrompt",
                script,
                "agentType",
                "shell",
                "workspaceSource",
                Map.of("type", "empty")))
        .post(ORDERS);
  }

  static String submit(String script) {
    return submit("test", script).then().statusCode(201).extract().path("id");
  }

  static String statusOf(String id) {
    return as(OpsProfile.VIEWER_KEY).get(ORDERS + "/" + id).then().extract().path("status");
  }

  static void awaitStatus(String id, String status) {
    await().atMost(Duration.ofMinutes(2)).until(() -> statusOf(id).equals(status));
  }
}
