package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.it.Client.Answer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a person reads of an agent that prints JSON. */
@Timeout(300)
class ReadableLogIT {
  private static final String BEGINNING =
      """
      [claude, model claude-opus-5-5, session 20dec524-1122-4a37-a0f2-f2a32b07e908]
      Step 1: I will run a command.
      $ ls -la
      """;
  private static final String REST =
      """
        total 24
        drwx------ 4 nobody nogroup 4096 Nov 25 19:47 .
        drwx------ 9 nobody nogroup 4096 Nov 25 19:47 ..
        drwxr-xr-x 5 nobody nogroup 4096 Nov 25 19:47 .git
      Step 2: I will run a command.
      $ printf 'hello from the agent\\n' > AGENT.txt && sed -i '1s/$/ (edited)/' README.md && git status --short
         M README.md
        ?? AGENT.txt
      Done. I changed README.md and added AGENT.txt.
      [completed: 3 turns, 19,500 tokens in (15,000 cached), 126 out, $0.0244]
      """;

  @TempDir Path home;

  @Test
  void theLogOfAnAgentIsReadAsText() throws Exception {
    try (Service service =
        Service.in(home).with("AGENTGATE_AGENTS_CLAUDE_CODE_COMMAND", "sh,{promptFile}")) {
      service.start();
      Client client = service.client();
      Path sample = service.outside("sample");
      try (var resource = getClass().getResourceAsStream("/agents/claude-2.1.332-success.jsonl")) {
        Files.write(sample, resource == null ? new byte[0] : resource.readAllBytes());
      }
      Path go = service.outside("go");
      // The fourth event has no end yet.
      String id =
          client.submit(
              """
              head -n 4 %1$s | head -c -20
              until [ -e %2$s ]; do sleep 0.1; done
              head -n 4 %1$s | tail -c 20
              tail -n +5 %1$s
              """
                  .formatted(sample, go),
              body -> body.put("agentType", "claude-code"));
      String run = client.awaitStatus(id, "running").path("currentRunId").asText();
      String log = "/runs/" + run + "/log";
      String resumeFrom;
      try (Events events = events(client, log, "0")) {
        StringBuilder heard = new StringBuilder();
        resumeFrom = events.readUntil(heard, BEGINNING.length());
        assertThat(heard).hasToString(BEGINNING);
        Files.createFile(go);
        events.readUntil(heard, Integer.MAX_VALUE);
        assertThat(heard).hasToString(BEGINNING + REST);
      }
      assertThat(client.awaitEnd(id).path("status").asText()).isEqualTo("completed");
      try (Events events = events(client, log, resumeFrom)) {
        StringBuilder heard = new StringBuilder();
        events.readUntil(heard, Integer.MAX_VALUE);
        assertThat(heard).hasToString(REST);
      }

      assertThat(client.get(log).text()).isEqualTo(Files.readString(sample));
      Answer whole = client.get(log + "?format=text", "Range", "bytes=0-9");
      assertThat(whole.status()).isEqualTo(200);
      assertThat(whole.text()).isEqualTo(BEGINNING + REST);
      assertThat(whole.raw().headers().firstValue("Accept-Ranges")).isEmpty();
      List<String> lines = REST.lines().toList();
      assertThat(client.get(log + "?format=text&tail=3").text().lines().toList())
          .isEqualTo(lines.subList(lines.size() - 3, lines.size()));
      Answer head = client.call("HEAD", "/api/v1" + log + "?format=text", BodyPublishers.noBody());
      assertThat(head.status()).isEqualTo(200);
      assertThat(client.get(log + "?format=html").detail()).isEqualTo("format must be raw or text");
    }
  }

  private static Events events(Client client, String log, String lastEventId) {
    return new Events(
        new BufferedReader(
            new InputStreamReader(
                client.open(log + "/stream?format=text", "Last-Event-ID", lastEventId),
                StandardCharsets.UTF_8)));
  }

  private record Events(BufferedReader reader) implements AutoCloseable {
    /**
     * Reads events of the log until there is so much text, or to its end.
     *
     * @return the id of the last event
     */
    String readUntil(StringBuilder heard, int length) throws IOException {
      String id = "";
      List<String> data = new ArrayList<>();
      boolean end = false;
      while (!end && heard.length() < length) {
        String line = reader.readLine();
        assertThat(line).as("heard so far: %s", heard).isNotNull();
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.equals("event: end")) {
          end = true;
        } else if (line.startsWith("data: ")) {
          data.add(line.substring(6));
        } else if (line.isEmpty()) {
          heard.append(String.join("\n", data));
          data.clear();
        }
      }
      return id;
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
