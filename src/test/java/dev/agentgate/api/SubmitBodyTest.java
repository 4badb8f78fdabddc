package dev.agentgate.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.queue.SubmitOrder;
import dev.agentgate.wire.Publish;
import dev.agentgate.wire.SubmitRequest;
import dev.agentgate.wire.WireJson;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.PublishRequest.As;
import dev.agentgate.workorder.RetryMode;
import dev.agentgate.workspace.WorkspaceSourceInput;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API test cannot see: the order that reaches the service, and the fingerprint. */
class SubmitBodyTest {
  private static final String MINIMAL = "{'taskPrompt':'x','workspaceSource':{'type':'empty'}}";

  @Test
  void whatIsAbsentOrNullIsLeftToTheService() {
    SubmitOrder order =
        read(
            "{'taskPrompt':'x','workspaceSource':{'repo':'a/b','url':null},'config':{'maxTime':null},"
                + "'labels':null,'priority':null,'agentType':null,'idempotencyKey':null}");
    assertThat(order.agentType()).isEmpty();
    assertThat(order.workspaceSource().repo()).contains("a/b");
    assertThat(order.workspaceSource().url()).isEmpty();
    assertThat(order.maxTime()).isEmpty();
    assertThat(order.maxAttempts()).isEmpty();
    assertThat(order.retryOn()).isEmpty();
    assertThat(order.retryMode()).isEmpty();
    assertThat(order.choices()).isEqualTo(AgentChoices.NONE);
    assertThat(order.priority()).isZero();
    assertThat(order.labels()).isEmpty();
    assertThat(order.idempotencyKey()).isEmpty();
  }

  @Test
  void everyValueReachesTheOrder() {
    SubmitOrder order =
        read(
            "{'taskPrompt':'x','workspaceSource':{'type':'git','url':'u','owner':'o','repo':'r',"
                + "'branch':'b','path':'p'},'agentType':'codex','config':{'maxTime':604800000,"
                + "'idleTimeout':'1','queueTtl':'365d','maxAttempts':10,'retryOn':['exit_code',"
                + "'timeout'],'retryMode':'resume','model':'openai/gpt-5.1:x@y','maxCostUsd':0.25},"
                + "'maxIterations':100,'priority':-100,'labels':{'a':''}}");
    assertThat(order.agentType()).contains("codex");
    assertThat(order.workspaceSource().type()).contains("git");
    assertThat(order.workspaceSource().branch()).contains("b");
    assertThat(order.workspaceSource().path()).contains("p");
    assertThat(order.maxTime()).contains(Duration.ofDays(7));
    assertThat(order.idleTimeout()).contains(Duration.ofMillis(1));
    assertThat(order.queueTtl()).contains(Duration.ofDays(365));
    assertThat(order.maxAttempts()).hasValue(10);
    assertThat(order.retryOn()).isEqualTo(Set.of(FailureReason.EXIT_CODE, FailureReason.TIMEOUT));
    assertThat(order.retryMode()).contains(RetryMode.RESUME);
    assertThat(order.choices())
        .isEqualTo(
            new AgentChoices(
                OptionalInt.of(100),
                Optional.of("openai/gpt-5.1:x@y"),
                Optional.of(new BigDecimal("0.25"))));
    assertThat(order.priority()).isEqualTo(-100);
    assertThat(order.labels()).isEqualTo(Map.of("a", ""));
  }

  @Test
  void whatAClientWritesIsWhatIsRead() throws JsonProcessingException {
    SubmitRequest request =
        new SubmitRequest(
            "x",
            "codex",
            new SubmitRequest.Source("git", "u", "o", "r", "b", "v1", "p"),
            new SubmitRequest.Config(
                1_000L, 2L, 3L, 4, List.of("timeout"), "fresh", "m", new BigDecimal("7")),
            5,
            6,
            Map.of("a", "b"),
            new Publish("pull_request", "fix", "main", "Fix", "Text", true, List.of("agent")),
            "k");
    String json = WireJson.clientMapper().writeValueAsString(request);
    assertThat(read(json))
        .isEqualTo(
            new SubmitOrder(
                "x",
                Optional.of("codex"),
                new WorkspaceSourceInput(
                    Optional.of("git"),
                    Optional.of("u"),
                    Optional.of("o"),
                    Optional.of("r"),
                    Optional.of("b"),
                    Optional.of("p"),
                    Optional.of("v1")),
                Optional.of(Duration.ofSeconds(1)),
                Optional.of(Duration.ofMillis(2)),
                Optional.of(Duration.ofMillis(3)),
                OptionalInt.of(4),
                Set.of(FailureReason.TIMEOUT),
                Optional.of(RetryMode.FRESH),
                new AgentChoices(
                    OptionalInt.of(5), Optional.of("m"), Optional.of(new BigDecimal("7"))),
                6,
                Map.of("a", "b"),
                Optional.of(new IdempotencyKey("k", fingerprint(json))),
                Optional.of(
                    new PublishRequest(
                        As.PULL_REQUEST,
                        Optional.of("fix"),
                        Optional.of("main"),
                        Optional.of("Fix"),
                        Optional.of("Text"),
                        true,
                        List.of("agent")))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5 | publish must be an object",
        "{'as':'tag'} | publish.as must be none, branch or pull_request",
        "{'as':1} | publish.as must be a string",
        "{'as':'branch','title':'a\\nb'} | publish.title must be one line",
        "{'as':'branch','title':' '} | publish.title must be one line",
        "{'as':'branch','title':''} | publish.title must be 1 to 256 characters",
        "{'as':'branch','branch':''} | publish.branch must be 1 to 250 characters",
        "{'as':'branch','draft':'no'} | publish.draft must be true or false",
        "{'as':'branch','labels':'x'} | publish.labels must be an array of strings",
        "{'as':'branch','labels':['a',1]} | publish.labels[1] must be a string",
        "{'as':'branch','labels':['']} | publish.labels[0] must be 1 to 50 characters"
      })
  void whatCannotBePublishedIsNamed(String publish, String message) {
    assertThatThrownBy(() -> read(MINIMAL.replace("{'task", "{'publish':" + publish + ",'task")))
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "{}", "{'as':null}", "{'as':'none'}", "{'title':'x'}"})
  void withoutAsNothingIsPublished(String publish) {
    String body = MINIMAL.replace("{'task", "{'publish':" + publish + ",'task");

    assertThat(read(body).publish()).isEmpty();
  }

  @Test
  void charactersAreCodePoints() {
    String longest = "😀".repeat(SubmitRequest.MAX_PROMPT);
    assertThat(read(MINIMAL.replace("'x'", "'" + longest + "'")).taskPrompt()).isEqualTo(longest);
    assertThatThrownBy(() -> read(MINIMAL.replace("'x'", "'" + longest + "a'")))
        .hasMessage("taskPrompt must be 1 to 262144 characters");
  }

  @Test
  void whatTheServiceWouldRefuseIsToldWithWhatIsWrongAlready() {
    assertThatThrownBy(() ->
            SubmitBody.read(
                json("{'taskPrompt':5,'workspaceSource':{'url':7}}"),
                List.of(),
                order -> Map.of("agentType", "is unknown", "workspaceSource", "is nothing")))
        .hasMessage("taskPrompt must be a string (and 2 more, see violations)");
  }

  @Test
  void theFingerprintIsOfTheMeaningNotOfTheSpelling() {
    String fingerprint = fingerprint(MINIMAL);
    assertThat(fingerprint).matches("[0-9a-f]{64}");
    assertThat(
            List.of(
                fingerprint("{ 'workspaceSource' : {'type':'empty'} , 'taskPrompt':'\\u0078' }"),
                fingerprint(MINIMAL.replace("{'task", "{'idempotencyKey':'k','task"))))
        .containsOnly(fingerprint);
    assertThat(
            List.of(
                fingerprint(MINIMAL.replace("'x'", "'y'")),
                fingerprint(MINIMAL.replace("'x'", "'x','priority':1")),
                fingerprint(MINIMAL.replace("'x'", "'x','extra':[1,2]")),
                fingerprint(MINIMAL.replace("'x'", "'x','extra':[[1],2]")),
                fingerprint(MINIMAL.replace("'x'", "'x','extra':['1',2]")),
                fingerprint(MINIMAL.replace("'x'", "'x','extra':null")),
                fingerprint))
        .doesNotHaveDuplicates();
  }

  @Test
  void theIdempotencyKeyComesFromTheHeaderOrTheBody() {
    String keyed = MINIMAL.replace("{'task", "{'idempotencyKey':'k','task");
    Optional<IdempotencyKey> key = Optional.of(new IdempotencyKey("k", fingerprint(MINIMAL)));
    assertThat(read(MINIMAL).idempotencyKey()).isEmpty();
    assertThat(read(MINIMAL, "k").idempotencyKey()).isEqualTo(key);
    assertThat(read(keyed).idempotencyKey()).isEqualTo(key);
    assertThat(read(keyed, "k").idempotencyKey()).isEqualTo(key);
    assertThatThrownBy(() -> read(keyed, "other")).isInstanceOf(ApiException.class);
    assertThatThrownBy(() -> read(MINIMAL, "a", "b")).isInstanceOf(ApiException.class);
    for (String bad : List.of("", "a b", "ü", "k".repeat(256))) {
      assertThatThrownBy(() -> read(MINIMAL, bad)).isInstanceOf(ApiException.class);
    }
  }

  private static SubmitOrder read(String body, String... keys) {
    return SubmitBody.read(json(body), List.of(keys), order -> Map.of());
  }

  private static String fingerprint(String body) {
    return RequestJson.fingerprint(json(body), "idempotencyKey");
  }

  private static ObjectNode json(String text) {
    return RequestJson.parseObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
