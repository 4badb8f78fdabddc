package dev.agentgate.api.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.api.access.Caller;
import dev.agentgate.api.access.CurrentCaller;
import dev.agentgate.api.access.Role;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.ProblemAnswers;
import dev.agentgate.queue.Whereabouts;
import dev.agentgate.store.Claim;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.InstanceStatus;
import dev.agentgate.store.SettableClock;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two instances with a gate and a relay each, and resources that say who answered. */
class RelayTest {
  private static final Duration HANG = Duration.ofMinutes(1);
  private static final Duration IMPATIENT = Duration.ofSeconds(2);
  private static final Caller CALLER = new Caller("ann", Role.OPERATOR);

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = HttpClient.newHttpClient();
  private final InMemoryStore first =
      new InMemoryStore(new SettableClock()).openedBy(new InstanceId("a"));
  private final Instance a = new Instance(first);
  private final Instance b = new Instance(first.openedBy(new InstanceId("b")));
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final PeerClient client = new PeerClient(vertx, meters);

  /** How a resource answers; set by a test. */
  private volatile Consumer<RoutingContext> resource =
      call -> call.response().end("an answer of no test");

  /** One instance of the service. */
  private final class Instance {
    final InMemoryStore store;
    final List<String> removed = new CopyOnWriteArrayList<>();
    final List<Integer> refused = new CopyOnWriteArrayList<>();
    HttpServer server = vertx.createHttpServer();

    Instance(InMemoryStore store) {
      this.store = store;
    }

    void open(Duration patience) throws Exception {
      RelayedCalls relayed = new RelayedCalls(() -> store);
      ProblemAnswers answers = new ProblemAnswers(new ObjectMapper());
      Relay relay =
          new Relay(
              client,
              () -> store,
              () -> order -> removed.add(order.value()),
              () -> new Whereabouts(store),
              answers,
              (_, status) -> refused.add(status),
              new RelayPatience(patience, patience, patience));
      Router router = Router.router(vertx);
      router
          .route()
          .handler(call -> {
            call.request().pause();
            call.response().putHeader("X-Request-ID", "r1");
            try {
              CurrentCaller.remember(call, relayed.admit(call).orElse(CALLER));
              relay.handle(call);
            } catch (ApiException e) {
              answers.send(call, e.type().problem(e.detail(), "/"));
            }
          });
      router
          .route()
          .handler(call -> {
            call.response()
                .putHeader("Answered-By", store.instance().value())
                .putHeader("Asked-By", CurrentCaller.of(call).orElseThrow().name());
            call.request().resume();
            resource.accept(call);
          });
      server = vertx.createHttpServer().requestHandler(router);
      await(server.listen(0, "127.0.0.1"));
      store
          .instances()
          .announce(
              new InstanceStatus(
                  "1",
                  Optional.of(URI.create("http://127.0.0.1:" + server.actualPort())),
                  2,
                  0,
                  false));
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(HANG.toSeconds(), TimeUnit.SECONDS);
  }

  @BeforeEach
  void open() throws Exception {
    open(HANG);
  }

  private void open(Duration patience) throws Exception {
    a.open(patience);
    b.open(patience);
  }

  @AfterEach
  void close() throws Exception {
    http.close();
    await(vertx.close());
  }

  private WorkOrder runningOn(Instance instance) {
    WorkOrder order = WorkOrders.queued();
    assertThat(first.insert(order)).isEmpty();
    Claim claim = new Claim(1, 0, false, Optional.of(order.id()), HANG, _ -> true);
    return instance.store.claim(claim).getFirst();
  }

  private static RunId run(WorkOrder order) {
    return order.currentRun().orElseThrow();
  }

  private HttpRequest.Builder to(Instance instance, String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + instance.server.actualPort() + "/api/v1" + path))
        .timeout(HANG);
  }

  private HttpResponse<String> post(Instance instance, String path, String body) throws Exception {
    return http.send(
        to(instance, path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> get(Instance instance, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request = to(instance, path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private double counted(String outcome) {
    return meters.get("agentgate.relayed.calls").tag("outcome", outcome).counter().count();
  }

  private static String by(HttpResponse<?> answer) {
    return answer.headers().firstValue("Answered-By").orElse("nobody");
  }

  @Test
  void aCancelReachesTheOwnerWithItsCallerAndItsAnswerComesBackUnchanged() throws Exception {
    WorkOrder order = runningOn(b);
    resource =
        call ->
            call.response()
                .setStatusCode(409)
                .putHeader("Retry-After", "7")
                .putHeader("Content-Type", "application/problem+json")
                .end("{\"detail\":\"no\"}");

    HttpResponse<String> answer = post(a, "/work-orders/" + order.id() + "/cancel", "");

    assertThat(by(answer)).isEqualTo("b");
    assertThat(answer.headers().firstValue("Asked-By")).contains("ann");
    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(answer.headers().firstValue("Retry-After")).contains("7");
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.body()).isEqualTo("{\"detail\":\"no\"}");
    assertThat(a.refused).isEmpty();
    assertThat(counted("answered")).isEqualTo(1);
    assertThat(counted("unreachable") + counted("unanswered")).isZero();
  }

  @Test
  void whatConcernsNoOtherInstanceStaysHere() throws Exception {
    WorkOrder here = runningOn(a);
    WorkOrder waiting = WorkOrders.queued();
    first.insert(waiting);

    assertThat(by(post(a, "/work-orders/" + here.id() + "/cancel", ""))).isEqualTo("a");
    assertThat(by(post(a, "/work-orders/" + waiting.id() + "/cancel", ""))).isEqualTo("a");
    assertThat(by(get(a, "/runs/" + run(here) + "/log"))).isEqualTo("a");
    assertThat(by(get(a, "/work-orders?limit=1"))).isEqualTo("a");
    assertThat(by(get(a, "/work-orders/none"))).isEqualTo("a");
  }

  @Test
  void theFilesOfARunComeFromTheInstanceThatHasThem() throws Exception {
    WorkOrder order = runningOn(b);
    assertThat(first.update(order)).as("only its owner may").isFalse();
    assertThat(b.store.update(order.complete(WorkOrders.NOW))).isTrue();

    WorkOrder running = runningOn(b);
    assertThat(by(get(a, "/work-orders/" + running.id() + "/runs"))).isEqualTo("b");
    for (String what : List.of("/log", "/log/stream", "/changes", "/patch")) {
      assertThat(by(get(a, "/runs/" + run(order) + what))).as(what).isEqualTo("b");
    }
    assertThat(by(post(a, "/runs/" + run(order) + "/publish", "{}"))).isEqualTo("b");
    assertThat(by(post(a, "/work-orders/" + order.id() + "/runs", "{\"taskPrompt\":\"go\"}")))
        .isEqualTo("b");
    assertThat(by(post(a, "/work-orders/" + order.id() + "/runs", ""))).isEqualTo("a");
  }

  @Test
  void anOwnerThatIsAliveButDoesNotAnswerIsNotWaitedForWithoutEnd() throws Exception {
    open(IMPATIENT);
    WorkOrder order = runningOn(b);
    resource = _ -> {};

    HttpResponse<String> cancel = post(a, "/work-orders/" + order.id() + "/cancel", "");

    assertThat(cancel.statusCode()).isEqualTo(503);
    assertThat(cancel.headers().firstValue("Retry-After")).isPresent();
    assertThat(cancel.body())
        .contains("The instance b, which runs the work order, has not answered for 2 s")
        .contains("look at the work order");

    assertThat(b.store.update(order.complete(WorkOrders.NOW))).isTrue();
    HttpResponse<String> log = get(a, "/runs/" + run(order) + "/log");
    assertThat(log.statusCode()).isEqualTo(503);
    assertThat(log.body()).contains("The instance b does not answer");
    HttpResponse<String> publish = post(a, "/runs/" + run(order) + "/publish", "{}");
    assertThat(publish.statusCode()).isEqualTo(503);
    assertThat(counted("unanswered")).isEqualTo(3);
  }

  @Test
  void aBodyAndARangeArePassedOn() throws Exception {
    WorkOrder order = runningOn(b);
    resource =
        call -> {
          String range = call.request().getHeader("Range");
          call.request()
              .body()
              .onSuccess(body -> call.response().end(range + " " + body.toString()));
        };

    assertThat(get(a, "/runs/" + run(order) + "/patch", "Range", "bytes=1-2").body())
        .isEqualTo("bytes=1-2 ");
    assertThat(post(a, "/runs/" + run(order) + "/publish", "{\"as\":\"branch\"}").body())
        .isEqualTo("null {\"as\":\"branch\"}");
  }

  @Test
  void aStreamIsPassedOnAsItComes() throws Exception {
    WorkOrder order = runningOn(b);
    List<RoutingContext> streams = new CopyOnWriteArrayList<>();
    resource =
        call -> {
          streams.add(call);
          call.response().setChunked(true).write("one\n");
        };

    HttpResponse<Stream<String>> answer =
        http.send(to(a, "/runs/" + run(order) + "/log/stream").build(), BodyHandlers.ofLines());
    Iterator<String> lines = answer.body().iterator();

    assertThat(lines.next()).isEqualTo("one");
    assertThat(streams.getFirst().response().ended()).isFalse();
    await(streams.getFirst().response().end("two\n"));
    assertThat(lines.next()).isEqualTo("two");
    assertThat(lines.hasNext()).isFalse();
  }

  @Test
  void aLargeAnswerArrivesWhole() throws Exception {
    WorkOrder order = runningOn(b);
    byte[] patch = new byte[32 << 20];
    new Random(7).nextBytes(patch);
    resource = call -> call.response().end(Buffer.buffer(patch));

    HttpResponse<byte[]> answer =
        http.send(to(a, "/runs/" + run(order) + "/patch").build(), BodyHandlers.ofByteArray());

    assertThat(answer.body()).isEqualTo(patch);
    assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(patch.length);
  }

  @Test
  void anAnswerThatBreaksOffIsNotTakenForAWholeOne() throws Exception {
    WorkOrder order = runningOn(b);
    resource =
        call -> {
          call.response().setChunked(true);
          call.response().write("half").onSuccess(_ -> call.request().connection().close());
        };

    assertThatThrownBy(() -> get(a, "/runs/" + run(order) + "/log"))
        .isInstanceOf(IOException.class);
  }

  /** The headers of a call that an instance passes on. */
  private static String[] passedOnBy(String caller, String role, String secret, String to) {
    return new String[] {
      RelayHeaders.SECRET, secret,
      RelayHeaders.TO, to,
      RelayHeaders.CALLER, caller,
      RelayHeaders.ROLE, role
    };
  }

  @Test
  void aCallThatWasPassedOnIsNotPassedOnAgain() throws Exception {
    WorkOrder order = runningOn(b);

    HttpResponse<String> answer =
        get(
            a,
            "/runs/" + run(order) + "/log",
            passedOnBy("bob", "viewer", first.instances().secret(), "a"));

    assertThat(by(answer)).isEqualTo("a");
    assertThat(answer.headers().firstValue("Asked-By")).contains("bob");
  }

  @Test
  void aCallThatReachedTheWrongInstanceIsRefused() throws Exception {
    HttpResponse<String> answer =
        get(
            a,
            "/runs/" + run(runningOn(b)) + "/log",
            passedOnBy("bob", "viewer", first.instances().secret(), "b"));

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(by(answer)).isEqualTo("nobody");
  }

  @Test
  void aWrongSecretIsRefusedWhateverElseIsSent() throws Exception {
    WorkOrder order = runningOn(b);
    List<String> wrong = new ArrayList<>(List.of("", "x", first.instances().secret() + "x"));
    for (String secret : wrong) {
      HttpResponse<String> answer =
          get(a, "/runs/" + run(order) + "/log", passedOnBy("bob", "admin", secret, "a"));
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(by(answer)).isEqualTo("nobody");
    }
  }

  @Test
  void ifTheOwnerDoesNotAnswerTheCallWaitsUntilAnotherInstanceHasTakenItsOrderOver()
      throws Exception {
    WorkOrder order = runningOn(b);
    await(b.server.close());
    Thread taking =
        Thread.startVirtualThread(() -> {
          // As soon as the first attempt has failed: nothing else can be seen of it.
          b.store.lose(b.store.instance());
          WorkOrder lost = b.store.find(order.id()).orElseThrow();
          assertThat(b.store.update(lost.cancel(WorkOrders.NOW))).isTrue();
        });

    HttpResponse<String> answer = post(a, "/work-orders/" + order.id() + "/kill", "");
    taking.join();

    assertThat(by(answer)).isEqualTo("a");
  }

  @Test
  void aCallWaitsForASilentOwnerNoLongerThanItsLease() throws Exception {
    open(IMPATIENT);
    WorkOrder order = runningOn(b);
    await(b.server.close());

    HttpResponse<String> answer = post(a, "/work-orders/" + order.id() + "/cancel", "");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(a.refused).containsExactly(503);
    assertThat(counted("unreachable")).as("every attempt").isPositive();
  }

  @Test
  void aHangingOwnerIsGivenUpOnceItsLeaseIsOver() throws Exception {
    WorkOrder order = runningOn(b);
    List<RoutingContext> calls = new CopyOnWriteArrayList<>();
    resource =
        call -> {
          if (by(call).equals("a")) {
            call.response().end("here");
          } else {
            // Its lease ends while the call is there.
            calls.add(call);
            b.store.lose(b.store.instance());
            assertThat(b.store.update(order.cancel(WorkOrders.NOW))).isTrue();
          }
        };

    HttpResponse<String> answer = post(a, "/work-orders/" + order.id() + "/cancel", "");

    assertThat(answer.body()).isEqualTo("here");
    assertThat(calls).hasSize(1);
  }

  private static String by(RoutingContext call) {
    return String.valueOf(call.response().headers().get("Answered-By"));
  }

  @Test
  void filesOfAnInstanceThatDoesNotAnswerAreMissedOnlyForTheMoment() throws Exception {
    open(IMPATIENT);
    WorkOrder order = runningOn(b);
    await(b.server.close());

    HttpResponse<String> log = get(a, "/runs/" + run(order) + "/log");
    assertThat(log.statusCode()).isEqualTo(503);
    assertThat(log.headers().firstValue("Retry-After")).isPresent();
    assertThat(by(get(a, "/runs/" + run(order)))).as("its record").isEqualTo("a");

    first.lose(b.store.instance());
    assertThat(by(get(a, "/runs/" + run(order) + "/log"))).as("for good").isEqualTo("a");
  }

  @Test
  void anotherInstanceIsAskedToRemoveItsFilesAndToCancel() throws Exception {
    WorkOrder order = runningOn(b);
    HttpPeers peers = new HttpPeers(client, a.store.instances());
    resource =
        call ->
            call.response()
                .end("{\"success\":true,\"killed\":true,\"survivors\":0,\"durationMs\":12}");

    peers.removeFiles(
        new Whereabouts(a.store).living(b.store.instance()).orElseThrow(), order.id());
    assertThat(b.removed).containsExactly(order.id().value());
    assertThat(a.removed).isEmpty();

    var report =
        peers.cancel(new Whereabouts(a.store).living(b.store.instance()).orElseThrow(), order.id());
    assertThat(report.killed()).isTrue();
    assertThat(report.took()).isEqualTo(Duration.ofMillis(12));
    assertThat(counted("answered")).isEqualTo(2);
  }
}
