package dev.agentgate.it;

import static dev.agentgate.it.Client.JSON;
import static dev.agentgate.it.Client.script;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.it.Client.Answer;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an order tells its agent: a model and a budget. */
class AgentChoicesIT {
  @TempDir Path home;

  @Test
  void theModelAndTheBudgetOfAnOrderReachItsAgentEvenAfterARestart() {
    try (Service service =
        Service.in(home)
            .with("AGENTGATE_QUEUE_AUTO_PROCESS", "false")
            .with("AGENTGATE_AGENTS_MYBOT_COMMAND", "echo,called,with")
            .with("AGENTGATE_AGENTS_MYBOT_OUTPUT", "claude-stream-json")
            .with("AGENTGATE_AGENTS_MYBOT_MODEL_ARGUMENTS", "--model,{model}")
            .with("AGENTGATE_AGENTS_MYBOT_BUDGET_ARGUMENTS", "--budget={maxCostUsd}")) {
      service.start();
      String told =
          submit(
              service.client(),
              Map.of("model", "vendor/fast-1.5", "maxCostUsd", new BigDecimal("0.25")));
      String untold = submit(service.client(), Map.of());
      service.kill9AndRestart();

      Client client = service.client();
      JsonNode config = client.order(told).path("config");
      assertThat(config.path("model").asText()).isEqualTo("vendor/fast-1.5");
      assertThat(config.path("maxCostUsd").decimalValue()).isEqualByComparingTo("0.25");
      assertThat(run(client, told)).isEqualTo("called with --model vendor/fast-1.5 --budget=0.25");
      assertThat(run(client, untold)).isEqualTo("called with");

      Answer agents = client.get("/agents");
      assertThat(agents.status()).as(agents.text()).isEqualTo(200);
      assertThat(agents.json().path("items"))
          .filteredOn(agent -> agent.path("type").asText().equals("mybot"))
          .singleElement()
          .satisfies(agent -> {
            assertThat(agent.path("available").asBoolean()).isTrue();
            assertThat(agent.path("takesModel").asBoolean()).isTrue();
            assertThat(agent.path("reportsCost").asBoolean()).isTrue();
          });
    }
  }

  @Test
  void anOrderHasAHomeOfItsOwnThatAllItsRunsShare() throws IOException {
    try (Service service =
        Service.in(home)
            .with("AGENTGATE_AGENTS_MYBOT_COMMAND", "sh,{promptFile}")
            .with("AGENTGATE_AGENTS_MYBOT_HOME", "order")) {
      Path template = service.outside("template");
      Service.run(
          "sh",
          "-c",
          "mkdir $1; cd $1; echo key >login; chmod 400 login; ln -s login l",
          "sh",
          template.toString());
      service.with("AGENTGATE_AGENTS_MYBOT_HOME_TEMPLATE", template).start();
      Client client = service.client();
      String script = "cd; pwd; stat -c %a login; readlink l; cat l sessions; echo one >>sessions";
      String id = client.submit(script, body -> body.put("agentType", "mybot"));
      client.awaitEnd(id);
      service.kill9AndRestart();
      Client again = service.client();

      Path own = service.data().resolve("homes").resolve(id);
      assertThat(again.log(id)).startsWith(own + "\n400\nlogin\nkey\n");
      run(again, id);
      assertThat(again.order(id).path("attempt").asInt()).isEqualTo(2);
      assertThat(again.log(id)).isEqualTo(own + "\n400\nlogin\nkey\none\n");

      assertThat(again.delete("/work-orders/" + id + "?purge=true").status()).isEqualTo(200);
      assertThat(own).doesNotExist();
      assertThat(template.resolve("login")).exists();
    }
  }

  private static String submit(Client client, Map<String, Object> config) {
    ObjectNode body = script("unused").put("agentType", "mybot");
    body.set("config", JSON.valueToTree(config));
    Answer answer = client.post("/work-orders", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.json().path("id").asText();
  }

  private static String run(Client client, String id) {
    assertThat(client.post("/work-orders/" + id + "/runs").status()).isEqualTo(202);
    client.awaitEnd(id);
    return client.log(id).strip();
  }
}
