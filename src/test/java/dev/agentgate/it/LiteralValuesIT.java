package dev.agentgate.it;

import static dev.agentgate.it.Client.script;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing rewrites what an operator sets. */
class LiteralValuesIT {
  private static final int CONFIGURATION_ERROR = 78;
  private static final String KEY = "pa$$word-${HOME}-\\$x-${x:y}-${";

  @TempDir Path home;

  @Test
  void dollarsAndBackslashesOfVariablesAreTaken() throws IOException {
    Path data = home.resolve("$$ ${HOME} \\$data");
    try (Service service =
        Service.in(home)
            .with("AGENTGATE_AUTH_API_KEY", KEY)
            .with("AGENTGATE_DATA_DIR", data)
            .with("AGENTGATE_AGENTS_MYBOT_COMMAND", "printf,%s|,$1,${HOME},a\\b,\\\\c,x\\,y,$$")) {
      service.start();
      Client client = service.client();
      assertThat(client.get("/work-orders", "X-API-Key", KEY).status()).isEqualTo(200);
      assertThat(client.get("/work-orders", "X-API-Key", KEY.replace("$$", "$")).status())
          .isEqualTo(401);

      ObjectNode order = script("unused").put("agentType", "mybot");
      String id = client.post("/work-orders", order, "X-API-Key", KEY).json().path("id").asText();
      assertThat(logOf(client, id)).isEqualTo("$1|${HOME}|a\\b|\\\\c|x,y|$$|");
      assertThat(data.resolve("logs/audit.jsonl")).content().contains(id);
    }
  }

  @Test
  void aSecretsFileIsTakenToo() throws IOException {
    Path file = Files.writeString(home.resolve("key"), "\uFEFF" + KEY + "\r\n");
    try (Service service = Service.in(home).with("AGENTGATE_AUTH_API_KEY_FILE", file)) {
      service.start();
      assertThat(service.client().get("/work-orders", "X-API-Key", KEY).status()).isEqualTo(200);
    }
  }

  @Test
  void aKeyThatTheServiceTakesCanBeSentInEveryWay() throws Exception {
    String key = "correct horse  battery" + "x".repeat(4096 - 22);
    Path file = Files.writeString(home.resolve("key"), key + "\n");
    try (Service service = Service.in(home).with("AGENTGATE_AUTH_API_KEY", key)) {
      service.start();
      Client client = service.client();
      for (String wrong : List.of("correct", "correct horse", key + " x", key.strip() + "x")) {
        assertThat(client.get("/work-orders", "Authorization", "Bearer " + wrong).status())
            .isEqualTo(401);
      }
      assertThat(client.get("/work-orders", "X-API-Key", key).status()).isEqualTo(200);
      assertThat(client.get("/work-orders", "Authorization", "Bearer " + key).status())
          .isEqualTo(200);
      Path said = home.resolve("said");
      Process list =
          service
              .with("AGENTGATE_URL", "http://127.0.0.1:" + service.port())
              .with("AGENTGATE_API_KEY_FILE", file)
              .startCommand(said, "list");
      assertThat(list.waitFor()).as(Files.readString(said)).isZero();
    }
  }

  @Test
  void whatCannotBeTakenIsRefusedWithTheNameOfItsVariable() throws IOException {
    Path keys = home.resolve("keys");
    Files.write(keys, new byte[] {(byte) 0xff, (byte) 0xfe, 'a', 0});
    try (Service wrong =
        Service.in(home)
            .with("AGENTGATE_AUTH_API_KEY", "\uFEFFkey-0123456789")
            .with("AGENTGATE_AUTH_KEYS_FILE", keys)
            .with("AGENTGATE_AGENTS_MYBOT_COMMAND", "mybot,,x")) {
      wrong.launch();
      assertThat(wrong.awaitExit()).isEqualTo(CONFIGURATION_ERROR);
      assertThat(wrong.said())
          .startsWith("AgentGate does not start:")
          .contains("[AGENTGATE_AUTH_API_KEY]", "[AGENTGATE_AGENTS_MYBOT_COMMAND]")
          .contains("agentgate.auth.keys-file cannot be used: it is not UTF-8 text")
          .doesNotContain("\tat ", "0123456789");
    }
  }

  private static String logOf(Client client, String id) {
    JsonNode order =
        await()
            .atMost(Duration.ofMinutes(2))
            .until(
                () -> client.get("/work-orders/" + id, "X-API-Key", KEY).json(),
                it -> it.path("status").asText().equals("completed"));
    String run = order.path("currentRunId").asText();
    return client.get("/runs/" + run + "/log", "X-API-Key", KEY).text();
  }
}
