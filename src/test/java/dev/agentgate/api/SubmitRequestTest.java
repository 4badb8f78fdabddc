package dev.agentgate.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.queue.SubmitOrder;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.IdempotencyKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the API test cannot see: the order that reaches the service, and the fingerprint. */
class SubmitRequestTest {
  private static final String MINIMAL = "{'taskPrompt':'x','workspaceSource':{'type':'empty'}}";

  @Test
  void whatIsAbsentOrNullIsLeftToTheService() {
    SubmitOrder order =
        read("{'taskPrompt':'x','workspaceSource':{'repo':'a/b','url':null},'config':{'maxTime':null},"
                + "'labels':null,'priority':null,'agentType':null,'idempotencyKey':null}")
            .toOrder(List.of());
    assertThat(order.agentType()).isEmpty();
    assertThat(order.workspaceSource().repo()).contains("a/b");
    assertThat(order.workspaceSource().url()).isEmpty();
    assertThat(order.maxTime()).isEmpty();
    assertThat(order.maxAttempts()).isEmpty();
    assertThat(order.retryOn()).isEmpty();
    assertThat(order.maxIterations()).isEmpty();
    assertThat(order.priority()).isZero();
    assertThat(order.labels()).isEmpty();
    assertThat(order.idempotencyKey()).isEmpty();
  }

  @Test
  void everyValueReachesTheOrder() {
    SubmitOrder order =
        read("{'taskPrompt':'x','workspaceSource':{'type':'git','url':'u','owner':'o','repo':'r',"
                + "'branch':'b','path':'p'},'agentType':'codex','config':{'maxTime':604800000,"
                + "'idleTimeout':'1','queueTtl':'365d','maxAttempts':10,'retryOn':['exit_code',"
                + "'timeout']},'maxIterations':100,'priority':-100,'labels':{'a':''}}")
            .toOrder(List.of());
    assertThat(order.agentType()).contains("codex");
    assertThat(order.workspaceSource().type()).contains("git");
    assertThat(order.workspaceSource().branch()).contains("b");
    assertThat(order.workspaceSource().path()).contains("p");
    assertThat(order.maxTime()).contains(Duration.ofDays(7));
    assertThat(order.idleTimeout()).contains(Duration.ofMillis(1));
    assertThat(order.queueTtl()).contains(Duration.ofDays(365));
    assertThat(order.maxAttempts()).hasValue(10);
    assertThat(order.retryOn()).isEqualTo(Set.of(FailureReason.EXIT_CODE, FailureReason.TIMEOUT));
    assertThat(order.maxIterations()).hasValue(100);
    assertThat(order.priority()).isEqualTo(-100);
    assertThat(order.labels()).isEqualTo(Map.of("a", ""));
  }

  @Test
  void charactersAreCodePoints() {
    String longest = "😀".repeat(SubmitRequest.MAX_PROMPT);
    assertThat(read(MINIMAL.replace("'x'", "'" + longest + "'")).taskPrompt()).isEqualTo(longest);
    assertThatThrownBy(() -> read(MINIMAL.replace("'x'", "'" + longest + "a'")))
        .hasMessage("taskPrompt must be 1 to 262144 characters");
  }

  @Test
  void theFingerprintIsOfTheMeaningNotOfTheSpelling() {
    String fingerprint = read(MINIMAL).fingerprint();
    assertThat(fingerprint).matches("[0-9a-f]{64}");
    assertThat(
            List.of(
                read("{ 'workspaceSource' : {'type':'empty'} , 'taskPrompt':'\\u0078' }")
                    .fingerprint(),
                read(MINIMAL.replace("{'task", "{'idempotencyKey':'k','task")).fingerprint()))
        .containsOnly(fingerprint);
    assertThat(
            List.of(
                read(MINIMAL.replace("'x'", "'y'")).fingerprint(),
                read(MINIMAL.replace("'x'", "'x','priority':1")).fingerprint(),
                read(MINIMAL.replace("'x'", "'x','extra':[1,2]")).fingerprint(),
                read(MINIMAL.replace("'x'", "'x','extra':[[1],2]")).fingerprint(),
                read(MINIMAL.replace("'x'", "'x','extra':['1',2]")).fingerprint(),
                read(MINIMAL.replace("'x'", "'x','extra':null")).fingerprint(),
                fingerprint))
        .doesNotHaveDuplicates();
  }

  @Test
  void theIdempotencyKeyComesFromTheHeaderOrTheBody() {
    SubmitRequest plain = read(MINIMAL);
    SubmitRequest keyed = read(MINIMAL.replace("{'task", "{'idempotencyKey':'k','task"));
    Optional<IdempotencyKey> key = Optional.of(new IdempotencyKey("k", plain.fingerprint()));
    assertThat(plain.toOrder(List.of("k")).idempotencyKey()).isEqualTo(key);
    assertThat(keyed.toOrder(List.of()).idempotencyKey()).isEqualTo(key);
    assertThat(keyed.toOrder(List.of("k")).idempotencyKey()).isEqualTo(key);
    assertThatThrownBy(() -> keyed.toOrder(List.of("other"))).isInstanceOf(ApiException.class);
    assertThatThrownBy(() -> plain.toOrder(List.of("a", "b"))).isInstanceOf(ApiException.class);
    for (String bad : List.of("", "a b", "ü", "k".repeat(256))) {
      assertThatThrownBy(() -> plain.toOrder(List.of(bad))).isInstanceOf(ApiException.class);
    }
  }

  private static SubmitRequest read(String json) {
    ObjectNode body =
        RequestJson.parseObject(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    return SubmitRequest.read(body, order -> Map.of());
  }
}
