package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.it.Client.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * Agents that do what they can to live on. Each is recognised by a number among its arguments that
 * only this test knows, so that the proof does not lean on what the service looks for.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileZooIT {
  private static final int GRACE_MILLIS = 700;

  @TempDir static Path home;

  private final Map<Host, Service> services = new EnumMap<>(Host.class);
  private final AtomicInteger marks =
      new AtomicInteger(100_000_000 + (int) (System.nanoTime() % 800_000_000));

  /** Those who ignore a signal are given the whole grace. */
  enum Creature {
    COOPERATES("sleep {mark}"),
    IGNORES_SIGTERM("trap '' TERM HUP INT; while :; do sleep {mark}; done"),
    FORKS_TWICE("(sleep {mark} & ); (sh -c 'sleep {mark} & sleep {mark}' & ); sleep {mark}"),
    HAS_GRANDCHILDREN_IN_OTHER_SESSIONS(
        "setsid sh -c 'setsid sleep {mark} & exec setsid -w sleep {mark}' & sleep {mark}"),
    CLEARS_ITS_ENVIRONMENT_AND_LEAVES_THE_SESSION(
        "env -i \"$(command -v setsid)\" \"$(command -v sleep)\" {mark} & sleep {mark}"),
    KEEPS_ONLY_ITS_LIMITS(
        "(cd /; env -i \"$(command -v setsid)\" \"$(command -v sleep)\" {mark}"
            + " </dev/null >/dev/null 2>&1 & ); sleep 0.1; sleep {mark}"),
    REPLACES_ITSELF(
        "echo 'exec sh again $1' >again; (setsid sh again {mark} >/dev/null 2>&1 & );"
            + " sleep 0.1; sleep {mark}"),
    STOPS_ITSELF("sleep {mark} & kill -STOP $$; sleep {mark}"),
    HAS_MANY_CHILDREN("i=0; while [ $i -lt 1000 ]; do sleep {mark} & i=$((i+1)); done; wait"),
    OUTRUNS_A_LIST(
        "echo 'sh \"$0\" {mark} & exit 0' >hop; sh hop {mark} & sh hop {mark} & sleep {mark}"),
    DELETES_ITS_OWN_FILES(
        "rm -rf \"$AGENTGATE_WORKSPACE\" \"${AGENTGATE_PROMPT_FILE%/*}\"; sleep {mark}"),
    IGNORES_SIGTERM_IN_A_DAEMON(
        "(trap '' TERM; setsid sh -c 'while :; do sleep {mark}; done' & ); sleep {mark}");

    private final String script;

    Creature(String script) {
      this.script = script;
    }
  }

  /** Every creature on every kind of host. */
  static final class Everywhere implements ArgumentsProvider {
    @Override
    public Stream<? extends Arguments> provideArguments(
        ParameterDeclarations parameters, ExtensionContext context) {
      return Stream.of(Host.values())
          .flatMap(host -> Stream.of(Creature.values()).map(one -> Arguments.of(host, one)));
    }
  }

  private Service service(Host host) {
    host.assume();
    return services.computeIfAbsent(
        host,
        one -> {
          Path own = home.resolve(one.name());
          Service.run("mkdir", own.toString());
          Service.run("chmod", "755", home.toString());
          Service service =
              Service.in(own)
                  .on(one)
                  .with("AGENTGATE_RUN_KILL_GRACE", "PT0.%dS".formatted(GRACE_MILLIS));
          service.start();
          return service;
        });
  }

  @AfterAll
  void stopServices() {
    services.values().forEach(Service::close);
  }

  @ParameterizedTest
  @ArgumentsSource(Everywhere.class)
  void nothingOfItLivesAfterACancel(Host host, Creature creature) {
    Service service = service(host);
    Client client = service.client();
    String mark = Integer.toString(marks.incrementAndGet());
    int least = creature == Creature.HAS_MANY_CHILDREN ? 1000 : 1;
    String id = client.submit(creature.script.replace("{mark}", mark));
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> Machine.processesRunning("\0" + mark).size() >= least);
    Answer answer = client.post("/work-orders/" + id + "/cancel");
    assertThat(Machine.processesRunning("\0" + mark)).isEmpty();
    assertThat(service.processes()).isEmpty();
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("survivors").asInt()).isZero();
    if (creature.name().startsWith("IGNORES")) {
      assertThat(answer.json().path("durationMs").asLong()).isGreaterThanOrEqualTo(GRACE_MILLIS);
    }
    assertThat(client.status(id)).isEqualTo("cancelled");
    assertThat(client.delete("/work-orders/" + id + "?purge=true").status()).isEqualTo(200);
    assertThat(service.runFiles()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void whatAnAgentLeavesBehindGoesWithIt(Host host) {
    Service service = service(host);
    Client client = service.client();
    String mark = Integer.toString(marks.incrementAndGet());
    String id =
        client.submit(
            "setsid sleep {mark} >/dev/null 2>&1 & sleep {mark} & exit 0".replace("{mark}", mark));
    JsonNode order = client.awaitEnd(id);
    assertThat(Machine.processesRunning("\0" + mark)).isEmpty();
    assertThat(order.path("status").asText()).isEqualTo("completed");
    client.delete("/work-orders/" + id + "?purge=true");
  }

  @Test
  void aMarkIsFound() throws Exception {
    String mark = Integer.toString(marks.incrementAndGet());
    Process process = new ProcessBuilder("sleep", mark).start();
    await().until(() -> Machine.processesRunning("\0" + mark).size() == 1);
    process.destroyForcibly().waitFor();
    assertThat(Machine.processesRunning("\0" + mark)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"PLAIN", "WITHOUT_CGROUP", "UNPRIVILEGED"})
  void theServiceSaysWhatHoldsItsRuns(Host host) {
    Service service = service(host);
    if (host == Host.WITHOUT_CGROUP || host == Host.UNPRIVILEGED) {
      assertThat(service.said()).contains("Runs are tracked by their session and environment");
    } else {
      assertThat(service.said()).contains("Runs are tracked by ");
    }
  }
}
