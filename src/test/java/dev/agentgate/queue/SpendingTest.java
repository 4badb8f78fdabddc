package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.agent.AgentReport;
import dev.agentgate.agent.AgentVerdict;
import dev.agentgate.queue.QueueHealth.Alert;
import dev.agentgate.queue.QueueHealth.AlertKind;
import dev.agentgate.queue.QueueHealth.Block;
import dev.agentgate.queue.UsageReport.Line;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs cost, and what that allows. */
class SpendingTest {
  @TempDir Path directory;

  private final List<QueueFixture> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(QueueFixture::close);
  }

  private QueueFixture open(DailyBudgets budgets) {
    return open(new QueueFixture(directory, settings -> budgets(settings, budgets)));
  }

  private QueueFixture open(QueueFixture fixture) {
    // Shortly after midnight, so that no day ends during a test.
    LocalTime time = LocalTime.ofInstant(fixture.clock.instant(), ZoneOffset.UTC);
    fixture.clock.advance(
        Duration.ofDays(1).minus(Duration.ofNanos(time.toNanoOfDay())).plusMinutes(1));
    opened.add(fixture);
    return fixture.open();
  }

  private static QueueSettings budgets(QueueSettings settings, DailyBudgets budgets) {
    return SettingsChange.of(settings).maxConcurrent(4).budgets(budgets).done();
  }

  private static DailyBudgets all(String budget) {
    return new DailyBudgets(Optional.of(new BigDecimal(budget)), Map.of());
  }

  private static DailyBudgets only(String agent, String budget) {
    return new DailyBudgets(Optional.empty(), Map.of(agent, new BigDecimal(budget)));
  }

  private static AgentReport cost(String cost) {
    return new AgentReport(
        Optional.empty(),
        Optional.of("opus"),
        Optional.empty(),
        Usage.UNKNOWN.withCost(Optional.of(new BigDecimal(cost))));
  }

  private static void spend(QueueFixture queue, WorkOrderId id, String cost) {
    RunId run = queue.awaitRunning(id);
    queue.executor.say(run, cost(cost), AgentVerdict.SUCCEEDED);
    queue.executor.exit(run, 0);
    queue.awaitStatus(id, WorkOrderStatus.COMPLETED);
  }

  private static WorkOrderId submitFor(QueueFixture queue, String maxCost) {
    AgentChoices choices =
        new AgentChoices(
            OptionalInt.empty(), Optional.empty(), Optional.of(new BigDecimal(maxCost)));
    return queue
        .service()
        .submit(new QueueFixture.Request().choices(choices).toOrder("claude"))
        .order()
        .order()
        .id();
  }

  private static List<String> alerts(QueueFixture queue) {
    return queue.queue.health().look().alerts().stream()
        .filter(alert -> alert.kind() == AlertKind.BUDGET)
        .map(Alert::message)
        .toList();
  }

  private static void assertHeldBack(QueueFixture queue, WorkOrderId id) {
    await()
        .untilAsserted(() ->
            assertThat(queue.queue.health().look().blockedBy()).containsExactly(Block.BUDGET));
    assertThat(queue.service().requestRun(id)).isEmpty();
    assertThat(queue.service().get(id).blockedBy()).containsExactly(Block.BUDGET);
    assertThat(queue.order(id).status()).isEqualTo(WorkOrderStatus.QUEUED);
  }

  private static Line today(QueueFixture queue, String agent) {
    return queue.queue.usage().sum(RunUsage::agentType, Optional.empty(), Optional.empty()).stream()
        .filter(line -> line.key().equals(agent))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatCannotBeReadHoldsOrdersBackAndIsSaid() {
    QueueFixture queue = open(all("1"));
    queue.store.hideUsage(true);

    WorkOrderId id = queue.submit();
    assertHeldBack(queue, id);
    assertThat(alerts(queue)).singleElement().asString().contains("cannot be read now");

    queue.store.hideUsage(false);
    queue.awaitRunning(id);
    assertThat(alerts(queue)).isEmpty();
  }

  @Test
  void nothingStartsOnceTheBudgetOfTheDayIsSpent() {
    QueueFixture queue = open(all("1"));
    spend(queue, queue.submit(), "0.4");
    assertThat(alerts(queue)).isEmpty();
    spend(queue, queue.submit(), "0.75");

    assertHeldBack(queue, queue.submit());
    assertHeldBack(queue, queue.submitTo("other"));
    assertThat(alerts(queue))
        .singleElement()
        .asString()
        .startsWith("The daily budget of all agents allows no further run: 1.15 of 1 USD spent on ")
        .endsWith(" (UTC), and runs in progress may spend 0 USD more");
  }

  @Test
  void theNextDayHasABudgetOfItsOwn() {
    QueueFixture queue = open(all("1"));
    spend(queue, queue.submit(), "1");
    WorkOrderId waiting = queue.submit();
    assertHeldBack(queue, waiting);

    queue.clock.advance(Duration.ofHours(23));
    assertHeldBack(queue, waiting);
    queue.clock.advance(Duration.ofHours(1));
    queue.queue.manager().wake();

    queue.awaitRunning(waiting);
    assertThat(alerts(queue)).isEmpty();
  }

  @Test
  void theBudgetOfOneAgentHoldsNoOtherBack() {
    QueueFixture queue = open(only("shell", "1"));
    spend(queue, queue.submit(), "1");
    WorkOrderId waiting = queue.submit();

    spend(queue, queue.submitTo("other"), "7");

    assertHeldBack(queue, waiting);
    assertThat(alerts(queue)).singleElement().asString().contains(" agent shell ");
  }

  @Test
  void whatARunningOrderMaySpendCountsAsSpentUntilItEnds() {
    QueueFixture queue = open(all("1"));
    WorkOrderId first = submitFor(queue, "0.6");
    RunId run = queue.awaitRunning(first);
    WorkOrderId second = submitFor(queue, "0.6");
    WorkOrderId third = submitFor(queue, "0.1");
    // 0.6 do not pass the budget, but 1.2 do.
    queue.awaitRunning(second);
    assertHeldBack(queue, third);
    assertThat(alerts(queue)).singleElement().asString().endsWith(" may spend 1.2 USD more");

    queue.executor.say(run, cost("0.1"), AgentVerdict.SUCCEEDED);
    queue.executor.exit(run, 0);

    queue.awaitRunning(third);
    assertThat(alerts(queue)).isEmpty();
  }

  @Test
  void anOrderWithoutALimitMaySpendWhatTheLatestRunsOfItsAgentSpentOnAverage() {
    QueueFixture queue = open(all("1"));
    spend(queue, queue.submit(), "0.2");
    spend(queue, queue.submit(), "0.4");
    queue.awaitRunning(queue.submit());
    assertThat(alerts(queue)).isEmpty();
    queue.awaitRunning(queue.submit());

    // 0.6 are spent, and each of the two may spend 0.3.
    assertThat(alerts(queue)).singleElement().asString().endsWith(" may spend 0.6 USD more");
  }

  @Test
  void oneClaimDoesNotStartMoreThanTheBudgetAllows() {
    QueueFixture queue = open(all("1"));
    queue.service().pause();
    List<WorkOrderId> orders =
        List.of(submitFor(queue, "1.5"), submitFor(queue, "1.5"), submitFor(queue, "1.5"));
    queue.service().resume();

    queue.awaitRunning(orders.get(0));
    assertHeldBack(queue, orders.get(1));
    assertThat(queue.executor.started()).hasSize(1);
  }

  @Test
  void whatWasSpentIsKnownAfterARestartAndAPurge() {
    QueueFixture before = open(all("1"));
    WorkOrderId id = before.submit();
    spend(before, id, "1.25");
    before.service().purge(id);
    before.close();

    QueueFixture after =
        new QueueFixture(
            directory,
            settings -> budgets(settings, all("1")),
            before.store,
            before.executor.restarted(),
            before.clock);
    opened.add(after.open());

    assertHeldBack(after, after.submit());
    assertThat(today(after, "shell").runs()).isEqualTo(1);
    assertThat(today(after, "shell").usage().costUsd()).hasValue(new BigDecimal("1.25"));
  }

  @Test
  void everyAttemptCountsOnceAlsoIfItsOutcomeIsWrittenTwice() {
    QueueFixture queue = open(DailyBudgets.NONE);
    WorkOrderId id = queue.submit();
    RunId run = queue.awaitRunning(id);
    queue.executor.say(run, cost("0.5"), AgentVerdict.SUCCEEDED);
    // What a service leaves that dies after the note and before the order's change.
    queue
        .store
        .usage()
        .note(
            new RunUsage(
                run,
                queue.service().run(run).run().startedAt(),
                "shell",
                Optional.of("opus"),
                Optional.empty(),
                Map.of(),
                cost("0.5").usage()));
    assertThat(today(queue, "shell").usage().costUsd()).hasValue(new BigDecimal("0.5"));
    queue.executor.exit(run, 0);
    queue.awaitStatus(id, WorkOrderStatus.COMPLETED);
    assertThat(today(queue, "shell").runs()).isEqualTo(1);

    assertThat(queue.service().requestRun(id)).isEmpty();
    await().until(() -> !queue.order(id).currentRun().equals(Optional.of(run)));
    spend(queue, id, "0.25");

    assertThat(today(queue, "shell").runs()).isEqualTo(2);
    assertThat(queue.queue.usage().today().getOrDefault("shell", Usage.UNKNOWN).costUsd())
        .hasValue(new BigDecimal("0.75"));
  }

  @Test
  void aRunCountsWhileItGoesOn() {
    QueueFixture queue = open(all("1"));
    RunId run = queue.awaitRunning(queue.submit());
    queue.executor.say(run, cost("1.5"), AgentVerdict.UNKNOWN);

    await()
        .untilAsserted(() ->
            assertThat(queue.queue.usage().today().getOrDefault("shell", Usage.UNKNOWN).costUsd())
                .hasValue(new BigDecimal("1.5")));
    assertHeldBack(queue, queue.submit());
  }
}
