package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store promises about what runs used. */
public abstract class UsageLedgerContract extends StoreFixture {
  private static final Instant MONDAY = Instant.parse("2026-03-02T23:59:59.999Z");
  private static final Instant TUESDAY = MONDAY.plusMillis(1);

  private static RunUsage used(Instant at, String agent, Usage usage) {
    return new RunUsage(
        RunId.next(at), at, agent, Optional.empty(), Optional.empty(), Map.of(), usage);
  }

  private static RunUsage cost(Instant at, String agent, String cost) {
    return used(at, agent, Usage.UNKNOWN.withCost(Optional.of(new BigDecimal(cost))));
  }

  private List<RunUsage> noted(Optional<Instant> from, Optional<Instant> to) {
    List<RunUsage> noted = new ArrayList<>();
    store.usage().forEach(from, to, noted::add);
    return noted;
  }

  private List<RunUsage> noted() {
    return noted(Optional.empty(), Optional.empty());
  }

  @Test
  void anEmptyLedgerHasNothing() {
    assertThat(noted()).isEmpty();
    assertThat(store.usage().ofDay(LocalDate.EPOCH)).isEmpty();
    assertThat(store.usage().latestCosts("codex", UsageLedger.LATEST)).isEmpty();
  }

  @Test
  void whatIsNotedSurvivesAReopenAsItWas() throws Exception {
    RunUsage full =
        new RunUsage(
            RunId.next(MONDAY),
            MONDAY,
            "my \"agent\"\n",
            Optional.of("opus"),
            Optional.of("github:acme/shop"),
            Map.of("team", "red", "name", "ünïcode"),
            Usage.ofTokens(Long.MAX_VALUE, 1, 0)
                .withCost(Optional.of(new BigDecimal("0.123456789"))));
    RunUsage empty = used(TUESDAY, "codex", Usage.UNKNOWN);
    store.usage().note(full);
    store.usage().note(empty);

    assertThat(noted()).containsExactlyInAnyOrder(full, empty);
    reopen();
    assertThat(noted()).containsExactlyInAnyOrder(full, empty);
  }

  @Test
  void aRunCountsOnceHoweverOftenItIsNoted() throws Exception {
    RunUsage used = cost(MONDAY, "codex", "1.5");
    store.usage().note(used);
    store.usage().note(used);
    reopen();
    store.usage().note(used);

    assertThat(noted()).containsExactly(used);
    assertThat(store.usage().ofDay(used.day())).isEqualTo(Map.of("codex", used.usage()));
    assertThat(store.usage().latestCosts("codex", UsageLedger.LATEST)).hasSize(1);
  }

  @Test
  void aRunCountsOnTheDayInUtcOnWhichItStarted() throws Exception {
    RunUsage late = cost(MONDAY, "codex", "1");
    RunUsage early = cost(TUESDAY, "codex", "2");
    RunUsage other = cost(TUESDAY, "gemini", "4");
    List.of(late, early, other).forEach(store.usage()::note);
    for (int round = 0; round < 2; round++) {
      assertThat(store.usage().ofDay(late.day())).isEqualTo(Map.of("codex", late.usage()));
      assertThat(store.usage().ofDay(early.day()))
          .isEqualTo(Map.of("codex", early.usage(), "gemini", other.usage()));
      reopen();
    }
  }

  @Test
  void aPeriodIncludesItsFirstMomentButNotItsEnd() {
    RunUsage late = used(MONDAY, "codex", Usage.UNKNOWN);
    RunUsage early = used(TUESDAY, "codex", Usage.UNKNOWN);
    store.usage().note(early);
    store.usage().note(late);

    assertThat(noted(Optional.of(MONDAY), Optional.of(TUESDAY))).containsExactly(late);
    assertThat(noted(Optional.of(TUESDAY), Optional.empty())).containsExactly(early);
    assertThat(noted(Optional.empty(), Optional.of(TUESDAY))).containsExactly(late);
    assertThat(noted(Optional.of(TUESDAY.plusNanos(1)), Optional.empty())).isEmpty();
    assertThat(noted(Optional.of(Instant.MIN), Optional.of(Instant.MAX))).hasSize(2);
  }

  @Test
  void onlyTheLatestKnownCostsOfAnAgentAreReturned() throws Exception {
    List<BigDecimal> costs = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Instant at = MONDAY.plus(Duration.ofHours(i));
      RunUsage used = cost(at, "codex", Integer.toString(i));
      store.usage().note(used);
      store.usage().note(cost(at, "gemini", "99"));
      store.usage().note(used(at, "codex", Usage.UNKNOWN));
      costs.add(used.usage().costUsd().orElseThrow());
      if (i == 20) {
        assertThat(store.usage().latestCosts("codex", 2))
            .containsExactlyInAnyOrderElementsOf(costs.subList(19, 21));
      }
    }
    for (int round = 0; round < 2; round++) {
      assertThat(store.usage().latestCosts("codex", UsageLedger.LATEST))
          .containsExactlyInAnyOrderElementsOf(costs.subList(10, 30));
      reopen();
    }
  }

  @Test
  void manyThreadsMayNoteAtOnce() throws Exception {
    List<RunUsage> all =
        IntStream.range(0, 64)
            .mapToObj(i -> cost(MONDAY.plusMillis(i), "agent-" + i % 3, "0.5"))
            .toList();
    List<RunUsage> twice = new ArrayList<>(all);
    twice.addAll(all);
    Collections.shuffle(twice, new java.util.Random(7));

    concurrently(
        twice.stream()
            .map(used ->
                task(() -> {
                  store.usage().note(used);
                  return used;
                }))
            .toList());

    assertThat(noted()).containsExactlyInAnyOrderElementsOf(all);
    reopen();
    assertThat(noted()).containsExactlyInAnyOrderElementsOf(all);
  }
}
