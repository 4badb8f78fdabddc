package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.queue.UsageReport.Line;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.SettableClock;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.RunResults;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrders;
import dev.agentgate.workorder.WorkspaceSource;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageReportTest {
  private static final Instant MONDAY = Instant.parse("2026-03-02T12:00:00Z");
  private static final Instant TUESDAY = MONDAY.plus(Duration.ofDays(1));

  private final SettableClock clock = new SettableClock();
  private final InMemoryStore store = new InMemoryStore(clock);
  private final UsageReport report =
      new UsageReport(store, new RunningUsage(store, new RunSlots()), clock);

  private void run(Instant at, String agent, String repository, Optional<String> cost) {
    WorkOrder order =
        WorkOrder.submitted(
            WorkOrderId.next(at),
            WorkOrders.spec(
                "do it",
                agent,
                new WorkspaceSource.GitHub("acme", repository, Optional.empty()),
                new RunLimits(
                    Duration.ofHours(1),
                    Optional.empty(),
                    Optional.empty(),
                    1,
                    Set.of(),
                    Optional.empty()),
                AgentChoices.NONE,
                0,
                Map.of("team", agent.equals("codex") ? "red" : "blue")),
            Optional.empty(),
            at);
    assertThat(store.insert(order)).isEmpty();
    RunId id = RunId.next(at);
    WorkOrder running = order.start(id, at, WorkOrders.LEASE);
    assertThat(store.update(running)).isTrue();
    Usage usage = Usage.ofTokens(100, 0, 10).withCost(cost.map(BigDecimal::new));
    store
        .runs()
        .save(
            Run.preparing(id, order.id(), 1, at)
                .with(
                    RunResults.NONE.reported(
                        Optional.empty(), Optional.of("opus"), Optional.empty(), usage)));
  }

  private void runs() {
    run(MONDAY, "claude-code", "shop", Optional.of("0.5"));
    run(MONDAY, "codex", "shop", Optional.empty());
    run(TUESDAY, "claude-code", "docs", Optional.of("0.25"));
  }

  private List<Line> sum(String by, Optional<Instant> from, Optional<Instant> to) {
    return report.sum(UsageGrouping.of(by).orElseThrow(), from, to);
  }

  @ParameterizedTest
  @CsvSource({
    "agent,claude-code,2,codex,1",
    "repository,acme/docs,1,acme/shop,2",
    "day,2026-03-02,2,2026-03-03,1",
    "label:team,blue,2,red,1"
  })
  void runsAreCountedUnderTheKeyThatIsAskedFor(
      String by, String first, long firstRuns, String second, long secondRuns) {
    runs();

    assertThat(sum(by, Optional.empty(), Optional.empty()))
        .extracting(Line::key, Line::runs)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(first, firstRuns),
            org.assertj.core.groups.Tuple.tuple(second, secondRuns));
  }

  @Test
  void costsAndTokensAreSummedAndAnUnknownCostIsAbsent() {
    runs();

    assertThat(sum("agent", Optional.empty(), Optional.empty()))
        .extracting(Line::usage)
        .containsExactly(
            Usage.ofTokens(200, 0, 20).withCost(Optional.of(new BigDecimal("0.75"))),
            Usage.ofTokens(100, 0, 10));
    assertThat(sum("model", Optional.empty(), Optional.empty()))
        .extracting(Line::key)
        .containsExactly("opus");
  }

  @Test
  void onlyRunsThatStartedInThePeriodCount() {
    runs();

    assertThat(sum("day", Optional.of(TUESDAY), Optional.empty()))
        .extracting(Line::key)
        .containsExactly("2026-03-03");
    assertThat(sum("day", Optional.empty(), Optional.of(TUESDAY)))
        .extracting(Line::key)
        .containsExactly("2026-03-02");
    assertThat(sum("day", Optional.of(Instant.MIN), Optional.of(Instant.MAX))).hasSize(2);
    assertThat(sum("day", Optional.of(Instant.MAX), Optional.empty())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "label:", "week", "AGENT"})
  void anUnknownKeyIsRefused(String by) {
    assertThat(UsageGrouping.of(by)).isEmpty();
  }
}
