package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.queue.EventHistory.Reader;
import dev.agentgate.queue.EventHistory.Step;
import dev.agentgate.store.Claims;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.SettableClock;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Events of one instance while another one changes the same orders. */
class SharedEventsTest {
  private static final Duration HANG = Duration.ofSeconds(30);

  private final InMemoryStore here =
      new InMemoryStore(new SettableClock()).openedBy(new InstanceId("here"));
  private final InMemoryStore there = here.openedBy(new InstanceId("there"));
  private final EventHistory history = new EventHistory(1000);
  private final SharedEvents events = new SharedEvents(here, history);
  private final Reader reader = history.read(Optional.empty(), Optional.empty());

  private List<String> told() throws InterruptedException {
    events.readOnce();
    List<String> told = new ArrayList<>();
    while (reader.next(Duration.ZERO) instanceof Step.Event event) {
      told.add(event.json());
    }
    return told;
  }

  private WorkOrder submittedThere() {
    WorkOrder order = WorkOrders.queued();
    there.insert(order);
    return order;
  }

  private WorkOrder claimedThere() {
    return there.claim(Claims.ofOne(HANG)).getFirst();
  }

  @Test
  void theChangesOfAnotherInstanceAreTold() throws Exception {
    WorkOrder order = submittedThere();
    assertThat(told())
        .singleElement()
        .asString()
        .contains("\"" + order.id() + "\"", "\"status\":\"queued\"")
        .doesNotContain("previousStatus");

    WorkOrder running = claimedThere();
    assertThat(told())
        .singleElement()
        .asString()
        .contains(
            "\"status\":\"running\"",
            "\"previousStatus\":\"queued\"",
            "\"runId\":\"" + running.currentRun().orElseThrow() + "\"",
            "\"revision\":" + running.revision());

    there.update(running.fail(FailureReason.TIMEOUT, "too long", Optional.empty(), WorkOrders.NOW));
    assertThat(told())
        .singleElement()
        .asString()
        .contains("\"previousStatus\":\"running\"", "\"failureReason\":\"timeout\"");
    assertThat(told()).isEmpty();
  }

  @Test
  void manyChangesAreToldOnceEachInTheirOrder() throws Exception {
    submittedThere();
    WorkOrder running = claimedThere();
    there.update(running.complete(WorkOrders.NOW));

    List<String> told = told();

    assertThat(told).hasSize(3);
    assertThat(told.get(0)).contains("\"status\":\"queued\"");
    assertThat(told.get(1)).contains("\"status\":\"running\"");
    assertThat(told.get(2)).contains("\"status\":\"completed\"");
  }

  @Test
  void aChangeOfThisInstanceIsToldOnceAsItWas() throws Exception {
    WorkOrder order = WorkOrders.queued();
    here.insert(order);
    Transition submitted = new Transition(Optional.empty(), order);
    events.transitioned(submitted);
    WorkOrder cancelled = order.cancel(WorkOrders.NOW);
    there.update(cancelled);

    List<String> told = told();

    assertThat(told).hasSize(2);
    assertThat(told.getFirst()).isEqualTo(submitted.event().json());
    assertThat(told.getLast()).contains("\"status\":\"cancelled\"");
  }

  @Test
  void aChangeThatKeepsTheStatusAndARemovalAreNoEvents() throws Exception {
    WorkOrder order = submittedThere();
    WorkOrder expedited = order.expedite(WorkOrders.NOW);
    there.update(expedited);
    assertThat(told()).hasSize(1);

    WorkOrder cancelled = expedited.cancel(WorkOrders.NOW);
    there.update(cancelled);
    assertThat(told()).hasSize(1);
    there.remove(cancelled);
    assertThat(told()).isEmpty();
  }

  @Test
  void aReaderIsToldIfChangesWereMissed() throws Exception {
    for (int i = 0; i <= 100; i++) {
      submittedThere();
    }

    events.readOnce();

    assertThat(reader.next(Duration.ZERO)).isInstanceOf(Step.Missed.class);
    submittedThere();
    assertThat(told()).hasSize(1);
  }

  @Test
  void theFeedIsReadUntilTheClose() throws Exception {
    SharedEvents _ = events.open();
    WorkOrder order = submittedThere();

    assertThat(reader.next(HANG))
        .isInstanceOfSatisfying(
            Step.Event.class, event -> assertThat(event.json()).contains(order.id().value()));
    history.close();
  }
}
