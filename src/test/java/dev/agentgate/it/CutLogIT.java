package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.it.Client.Answer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent that opens {@code /dev/stdout} anew, as scripts do, cuts off what it wrote so far. */
@Timeout(300)
class CutLogIT {
  private static final String NOTICE =
      "\\[agentgate: \\d+ bytes dropped: the run cut its log off, as \"> /dev/stdout\" does]\n";
  private static final String REST = "second\nthird\n";

  @TempDir Path home;

  /** Submits an order that cuts its log off once the file is there. */
  private static String cutOffOnce(Client client, Path go) {
    String id =
        client.submit(
            "seq 100000; until [ -e %s ]; do sleep 0.1; done; echo second >/dev/stdout; echo third"
                .formatted(go));
    // The line in the middle shows that the service has looked at the log.
    client.awaitLog(id, "bytes dropped");
    return id;
  }

  @Test
  void aLogThatItsRunCutsOffSaysSoAndIsReadInEveryWay() throws Exception {
    try (Service service = Service.in(home).with("AGENTGATE_RUN_LOG_MAX_SIZE", "64K")) {
      service.start();
      Client client = service.client();
      Path go = service.outside("go");
      String id = cutOffOnce(client, go);
      client.awaitLog(id, "\n100000\n");
      String log = "/runs/" + client.order(id).path("currentRunId").asText() + "/log";
      try (InputStream followed = client.open(log + "/stream")) {
        Files.createFile(go);
        assertThat(client.awaitEnd(id).path("status").asText()).isEqualTo("completed");
        assertThat(new String(followed.readAllBytes(), StandardCharsets.UTF_8))
            .contains("data: 100000\n", "data: third\n", "event: end\n");
      }

      Answer whole = client.get(log);
      assertThat(whole.text()).matches(NOTICE + REST);
      assertThat(whole.raw().headers().firstValueAsLong("Content-Length").orElseThrow())
          .isEqualTo(whole.text().length());
      assertThat(client.get(log + "?tail=1").text()).isEqualTo("third\n");
      assertThat(client.get(log + "?tail=3").text()).isEqualTo(whole.text());
      Answer part = client.get(log, "Range", "bytes=-" + REST.length());
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.text()).isEqualTo(REST);
    }
  }

  @Test
  void aLogThatIsCutOffWhileThereIsNoServiceSaysSoToo() throws Exception {
    try (Service service = Service.in(home).with("AGENTGATE_RUN_LOG_MAX_SIZE", "64K")) {
      service.start();
      Client client = service.client();
      Path go = service.outside("go");
      String id = cutOffOnce(client, go);
      String run = client.order(id).path("currentRunId").asText();
      service.kill9();
      Files.createFile(go);
      Path exit = service.data().resolve("runs").resolve(run).resolve("exit.json");
      await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(exit));
      service.start();

      client.awaitEnd(id);
      assertThat(client.log(id)).matches(NOTICE + REST);
      assertThat(client.get("/runs/" + run + "/log?tail=2").text()).isEqualTo(REST);
    }
  }
}
