package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.SecretMask;
import dev.agentgate.execution.log.RunLogWatcher;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunFiles;
import dev.agentgate.output.RunLogFile;
import dev.agentgate.queue.RunLogs;
import dev.agentgate.queue.RunView;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.WorkOrderId;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@Tag("application")
@TestProfile(RunLogResourceTest.Profile.class)
class RunLogResourceTest {
  private static final String SECRET = "s3cret-token-42";

  /** Puts runs of the test's own in place of the queue. */
  public static class Profile implements QuarkusTestProfile {
    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(Beans.class);
    }
  }

  /** Runs that exist because the test says so. */
  public static final class FakeRuns {
    final RunDirectories directories;
    final Map<RunId, Run> runs = new ConcurrentHashMap<>();
    final Map<RunId, OutputFormat> formats = new ConcurrentHashMap<>();
    final Set<RunId> broken = ConcurrentHashMap.newKeySet();

    FakeRuns(RunDirectories directories) {
      this.directories = directories;
    }

    RunView run(RunId id) {
      if (broken.contains(id)) {
        throw new IllegalStateException("The test broke it");
      }
      Run run = runs.get(id);
      if (run == null) {
        throw new AgentGateException(AgentGateException.Kind.NOT_FOUND, "No such run");
      }
      return new RunView(run, 0);
    }

    RunId start() {
      Instant now = Instant.now();
      Run run =
          Run.preparing(RunId.next(now), WorkOrderId.next(now), 1, now).running(OptionalLong.of(1));
      runs.put(run.id(), run);
      try {
        Files.createDirectories(directories.of(run.id()).path());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return run.id();
    }

    void write(RunId run, String text) {
      try {
        Files.writeString(
            directories.of(run).outputLog(),
            text,
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void end(RunId run) {
      runs.computeIfPresent(
          run,
          (id, before) -> before.ended(new RunOutcome.Completed(Instant.now(), Optional.empty())));
    }
  }

  /** What the application's own wiring makes otherwise. */
  @Alternative
  @Singleton
  public static class Beans {
    @Produces
    @Singleton
    FakeRuns runs() throws IOException {
      Path kept = Files.createDirectories(Path.of("target", "test-data").toAbsolutePath());
      Path data = Files.createTempDirectory(kept, "run-logs");
      return new FakeRuns(new RunDirectories(data));
    }

    @Produces
    @Singleton
    RunLogs logs(FakeRuns runs) {
      return new RunLogs(
          runs::run,
          run -> runs.formats.getOrDefault(run.id(), OutputFormat.TEXT),
          new RunFiles(runs.directories, () -> 0, run -> new RunLogFile(runs.directories.of(run))),
          new RunLogWatcher(Duration.ofMillis(20)),
          new SecretMask(List.of(SECRET)));
    }
  }

  @Inject FakeRuns runs;

  @TestHTTPResource("/api/v1/runs/")
  @SuppressWarnings("NullAway.Init") // set by the test framework
  URL base;

  private String path(RunId run) {
    return base + run.value() + "/log";
  }

  @Test
  void aLogIsReadWholeWithItsSecretsMasked() {
    RunId run = runs.start();
    runs.write(run, "one\ntwo " + SECRET + "\ndréi\n");
    for (int round = 0; round < 2; round++) {
      given()
          .get(path(run))
          .then()
          .statusCode(200)
          .header("Content-Type", "text/plain;charset=utf-8")
          .header("Accept-Ranges", "bytes")
          .body(equalTo("one\ntwo ***************\ndréi\n"));
      runs.end(run);
    }
    given().get(path(run)).then().header("Content-Length", "30");
  }

  @Test
  void theLastLinesAreReadAlone() {
    RunId run = runs.start();
    runs.write(run, "one\ntwo\nthree\n");
    given().get(path(run) + "?tail=2").then().statusCode(200).body(equalTo("two\nthree\n"));
    given().get(path(run) + "?tail=9").then().statusCode(200).body(equalTo("one\ntwo\nthree\n"));
  }

  @Test
  void aLogThatWasNotBegunIsEmpty() {
    RunId run = runs.start();
    given().get(path(run)).then().statusCode(200).body(equalTo(""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ln -s /etc/passwd output.log",
        "mkdir output.log",
        "mkfifo output.log",
        "mkdir output.hole; ln -s /etc/passwd output.log"
      })
  void whatAnAgentPutInPlaceOfItsLogIsNotRead(String trick) throws Exception {
    RunId run = runs.start();
    Path directory = runs.directories.of(run).path();
    assertThat(
            new ProcessBuilder("sh", "-c", trick).directory(directory.toFile()).start().waitFor())
        .isZero();
    for (int round = 0; round < 2; round++) {
      for (String query : List.of("", "?tail=2")) {
        given().get(path(run) + query).then().statusCode(200).body(equalTo(""));
      }
      given().header("Range", "bytes=0-9").get(path(run)).then().statusCode(416);
      given().head(path(run)).then().statusCode(200).header("Content-Length", "0");
      runs.end(run);
    }
    try (LogEvents events = listen(run, "")) {
      assertThat(events.next()).startsWith("event: end\n");
    }
  }

  @Test
  void aRangeIsReadAlone() {
    RunId run = runs.start();
    runs.write(run, "0123456789" + SECRET);
    given()
        .header("Range", "bytes=2-4")
        .get(path(run))
        .then()
        .statusCode(206)
        .header("Content-Range", "bytes 2-4/25")
        .header("Content-Length", "3")
        .body(equalTo("234"));
    given().header("Range", "bytes=-3").get(path(run)).then().statusCode(206).body(equalTo("***"));
    given()
        .header("Range", "bytes=8-")
        .get(path(run))
        .then()
        .statusCode(206)
        .body(equalTo("89***************"));
    given().header("Range", "bytes=0-1,3-4").get(path(run)).then().statusCode(200);
    given()
        .header("Range", "bytes=0-1")
        .header("If-Range", "\"x\"")
        .get(path(run))
        .then()
        .statusCode(200);
  }

  @Test
  void aRangeBeyondTheEndIsRefusedWithTheLength() {
    RunId run = runs.start();
    runs.write(run, "0123456789");
    given()
        .header("Range", "bytes=10-")
        .get(path(run))
        .then()
        .statusCode(416)
        .header("Content-Range", "bytes */10");
  }

  @Test
  void theSizeIsToldWithoutTheText() {
    RunId run = runs.start();
    runs.write(run, "0123456789");
    given()
        .head(path(run))
        .then()
        .statusCode(200)
        .header("Content-Length", "10")
        .header("Accept-Ranges", "bytes");
    given().head(path(run) + "?tail=1").then().statusCode(200);
    given().head(path(run) + "?tail=abc").then().statusCode(400);
  }

  @Test
  void aListenerHearsWhatIsWrittenAndHowItEnds() throws Exception {
    RunId run = runs.start();
    runs.write(run, "before\n");
    try (LogEvents events = listen(run, "")) {
      assertThat(events.next()).isEqualTo("id: 7\nevent: log\ndata: before\ndata: \n");
      runs.write(run, "  after " + SECRET.substring(0, 5));
      assertThat(events.next()).isEqualTo("id: 15\nevent: log\ndata:   after \n");
      runs.write(run, SECRET.substring(5));
      assertThat(events.next()).isEqualTo("id: 30\nevent: log\ndata: ***************\n");
      runs.end(run);
      assertThat(events.next())
          .startsWith("event: end\ndata: {\"id\":\"" + run + "\",")
          .contains("\"status\":\"completed\"");
      assertThat(events.next()).isEmpty();
    }
  }

  @Test
  void aListenerHearsTheEndOfARunThatIsPurged() throws Exception {
    RunId run = runs.start();
    runs.write(run, "one\n");
    try (LogEvents events = listen(run, "")) {
      assertThat(events.next()).startsWith("id: 4\nevent: log\n");
      runs.runs.remove(run);
      assertThat(events.next()).startsWith("event: end\ndata: {\"id\":\"" + run + "\",");
      assertThat(events.next()).isEmpty();
    }
  }

  @Test
  void aDefectAfterTheHeadBreaksTheConnection() throws Exception {
    RunId run = runs.start();
    runs.write(run, "one\n");
    try (LogEvents events = listen(run, "")) {
      assertThat(events.next()).isEqualTo("id: 4\nevent: log\ndata: one\ndata: \n");
      runs.broken.add(run);
      assertThatThrownBy(events::next).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aListenerGoesOnWhereItWas() throws Exception {
    RunId run = runs.start();
    runs.write(run, "one\ntwo\n");
    runs.end(run);
    try (LogEvents events = listen(run, "4")) {
      assertThat(events.next()).isEqualTo("id: 8\nevent: log\ndata: two\ndata: \n");
      assertThat(events.next()).startsWith("event: end\n");
      assertThat(events.next()).isEmpty();
    }
  }

  @Test
  void aThousandListenersNeedNoThreadEach() throws Exception {
    RunId run = runs.start();
    runs.write(run, "x".repeat(1000) + "\n");
    int before = Thread.getAllStackTraces().size();
    // The client's own threads must not be counted.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpClient client = HttpClient.newBuilder().executor(threads).build()) {
      List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        all.add(
            client.sendAsync(
                HttpRequest.newBuilder(URI.create(path(run) + "/stream")).build(),
                HttpResponse.BodyHandlers.ofString(UTF_8)));
      }
      int most = 0;
      for (int i = 0; i < 100; i++) {
        runs.write(run, "line " + i + "\n");
        most = Math.max(most, Thread.getAllStackTraces().size());
      }
      runs.end(run);
      for (var one : all) {
        String text = one.get(120, TimeUnit.SECONDS).body();
        assertThat(text).contains("data: line 99").contains("event: end");
      }
      assertThat(most - before).isLessThan(100);
    }
  }

  private LogEvents listen(RunId run, String lastEventId) throws Exception {
    return LogEvents.of(path(run) + "/stream", lastEventId);
  }
}
