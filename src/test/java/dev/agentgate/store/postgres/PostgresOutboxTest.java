package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.Outbox;
import dev.agentgate.workorder.InstanceId;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The messages of two instances. */
final class PostgresOutboxTest extends TwoInstances {
  @Test
  void aMessageBelongsToTheInstanceThatKeepsIt() {
    Outbox outbox = one.outbox();
    long first = outbox.keep("target", "id-1", "{\"a\":\"\\u0000\"}");
    long second = outbox.keep("target", "id-2", "b");
    outbox.keep("another", "id-3", "c");

    assertThat(outbox.own("target")).containsExactly(first, second);
    assertThat(outbox.find(first)).contains("{\"a\":\"\\u0000\"}");
    assertThat(two.outbox().own("target")).isEmpty();
    assertThat(two.outbox().find(first)).isEmpty();
    assertThat(two.outbox().takeOver("target", 9)).as("its lease goes on").isEmpty();

    outbox.remove(first);
    assertThat(outbox.own("target")).containsExactly(second);
  }

  @Test
  void theMessagesOfAnInstanceWhoseLeaseHasEndedAreTakenOverOnce() {
    long first = one.outbox().keep("target", "id-4", "a");
    long second = one.outbox().keep("target", "id-5", "b");
    long third = one.outbox().keep("target", "id-6", "c");
    clock.advance(LEASE.plusSeconds(1));
    renew(two);

    assertThat(two.outbox().takeOver("another", 9)).isEmpty();
    assertThat(two.outbox().takeOver("target", 2)).containsExactly(first, second);
    assertThat(two.outbox().find(second)).contains("b");
    assertThat(one.outbox().find(second)).as("the former owner").isEmpty();
    assertThat(two.outbox().own("target")).containsExactly(first, second);

    renew(one);
    assertThat(two.outbox().takeOver("target", 9)).as("it is back").isEmpty();
    assertThat(one.outbox().own("target")).containsExactly(third);
  }

  @Test
  void theMessagesOfAnInstanceThatWasStoppedNeedNotWait() {
    long left = one.outbox().keep("target", "id-7", "a");

    one.close();

    assertThat(two.outbox().takeOver("target", 9)).containsExactly(left);
  }

  @Test
  void aMessageIsKeptOnceThoughItsKeepingIsRepeated() {
    long first = one.outbox().keep("target", "id", "a");
    long another = one.outbox().keep("another", "id", "a");

    assertThat(one.outbox().keep("target", "id", "a")).isEqualTo(first);
    assertThat(one.outbox().own("target")).containsExactly(first);
    assertThat(one.outbox().own("another")).containsExactly(another);
  }

  @Test
  void aMessageThatAnotherInstanceHasTakenOverIsNotGivenUp() {
    long first = one.outbox().keep("target", "id", "a");
    one.close();
    assertThat(two.outbox().takeOver("target", 9)).containsExactly(first);
    one = open(new InstanceId("one"));

    assertThat(one.outbox().removeOwn(first)).isFalse();

    assertThat(two.outbox().find(first)).contains("a");
    assertThat(two.outbox().removeOwn(first)).isTrue();
    assertThat(two.outbox().removeOwn(first)).as("it is gone").isFalse();
  }

  @Test
  void aMessageForATargetThatNobodyHasIsRemovedInTheEnd() {
    Set<String> none = Set.of();
    Set<String> target = Set.of("target");
    Duration age = Duration.ofDays(7);
    long left = one.outbox().keep("target", "id", "a");
    assertThat(two.outbox().abandonedTargets(none)).as("its owner is alive").isEmpty();
    assertThat(one.outbox().abandonedTargets(target)).isEmpty();
    assertThat(one.outbox().abandonedTargets(none)).containsExactly("target");

    clock.advance(age.minusHours(1));
    renew(two);
    assertThat(two.outbox().abandonedTargets(none)).containsExactly("target");
    assertThat(two.outbox().removeAbandoned(none, age)).as("too early").isZero();

    clock.advance(Duration.ofHours(2));
    renew(one);
    renew(two);
    assertThat(two.outbox().removeAbandoned(none, age)).as("its owner is alive").isZero();
    assertThat(one.outbox().removeAbandoned(target, age)).isZero();
    assertThat(one.outbox().own("target")).containsExactly(left);

    clock.advance(LEASE.plusSeconds(1));
    renew(two);
    assertThat(two.outbox().removeAbandoned(target, age)).isZero();
    assertThat(two.outbox().removeAbandoned(none, age)).isEqualTo(1);
    assertThat(one.outbox().own("target")).isEmpty();
  }
}
