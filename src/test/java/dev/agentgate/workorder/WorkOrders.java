package dev.agentgate.workorder;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Orders for tests: plain ones, and ones in which everything that may vary does. */
public final class WorkOrders {
  public static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123456789Z");
  public static final RunLimits LIMITS =
      new RunLimits(
          Duration.ofHours(1), Optional.empty(), Optional.empty(), 1, Set.of(), Optional.empty());

  /** What a store that one process owns gives to everything that runs. */
  public static final Lease LEASE = new Lease(new InstanceId("local"), Optional.empty());

  public static final PublishRequest BRANCH =
      new PublishRequest(
          PublishRequest.As.BRANCH,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          false,
          List.of());

  public static final PublishRequest PULL_REQUEST =
      new PublishRequest(
          PublishRequest.As.PULL_REQUEST,
          Optional.of("fix/login"),
          Optional.of("main"),
          Optional.of("Fix \"it\" 漢字"),
          Optional.of("line\nline"),
          true,
          List.of("agent", "två"));

  private static final String[] TEXTS = {
    "Fix the login bug",
    "línea ünïcode 漢字 🚀",
    "tab\tnewline\n\"quoted\" \\ \u0001",
    "\ud800 half",
    "x"
  };

  private final Random random;
  private long ids;

  /**
   * @param seed of everything random here
   */
  public WorkOrders(long seed) {
    this.random = new Random(seed);
  }

  public static WorkOrderSpec spec() {
    return spec(0, "claude-code", Map.of());
  }

  public static WorkOrderSpec spec(int priority, String agentType, Map<String, String> labels) {
    return spec(priority, agentType, "shop", labels);
  }

  public static WorkOrderSpec spec(
      int priority, String agentType, String repository, Map<String, String> labels) {
    return spec(
        "Fix the login bug",
        agentType,
        new WorkspaceSource.GitHub("acme", repository, Optional.of("main")),
        LIMITS,
        AgentChoices.NONE,
        priority,
        labels);
  }

  /** An order whose changes are not published. */
  public static WorkOrderSpec spec(
      String prompt,
      String agentType,
      WorkspaceSource source,
      RunLimits limits,
      AgentChoices choices,
      int priority,
      Map<String, String> labels) {
    return new WorkOrderSpec(
        prompt, agentType, source, limits, choices, priority, labels, Optional.empty());
  }

  /** A plain order that may wait for so long. */
  public static WorkOrderSpec expiring(Duration queueTtl) {
    return spec(
        "Fix the login bug",
        "claude-code",
        new WorkspaceSource.GitHub("acme", "shop", Optional.of("main")),
        new RunLimits(
            Duration.ofHours(1),
            Optional.empty(),
            Optional.of(queueTtl),
            1,
            Set.of(),
            Optional.empty()),
        AgentChoices.NONE,
        0,
        Map.of());
  }

  /** A plain order that waits. */
  public static WorkOrder queued() {
    return WorkOrder.submitted(WorkOrderId.next(NOW), spec(), Optional.empty(), NOW);
  }

  /** A plain order that waits and holds an idempotency key. */
  public static WorkOrder withKey(String key) {
    return WorkOrder.submitted(
        WorkOrderId.next(NOW), spec(), Optional.of(new IdempotencyKey(key, "00ff")), NOW);
  }

  /** A plain order that waits. */
  public static WorkOrder withPrompt(String prompt) {
    WorkOrderSpec spec =
        spec(
            prompt,
            "claude-code",
            new WorkspaceSource.Empty(),
            LIMITS,
            AgentChoices.NONE,
            0,
            Map.of());
    return WorkOrder.submitted(WorkOrderId.next(NOW), spec, Optional.empty(), NOW);
  }

  public static RunId run() {
    return RunId.next(NOW);
  }

  /** An order in a random state, with every option there or not. */
  public WorkOrder any() {
    return any(oneOf(WorkOrderStatus.values()));
  }

  public WorkOrder any(WorkOrderStatus status) {
    List<RunId> runs = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      runs.add(run());
    }
    return new WorkOrder(
        anyId(),
        1 + random.nextInt(100),
        anySpec(),
        maybe(new IdempotencyKey("key-" + random.nextLong(), Long.toHexString(random.nextLong()))),
        anyState(status),
        random.nextInt(10),
        runs,
        anyTime(),
        anyTime(),
        anyTime(),
        maybe(new Continuation(run(), maybe(oneOf(TEXTS)))));
  }

  private WorkOrderId anyId() {
    return new WorkOrderId(String.format("wo_01K%011d%012d", ids++, random.nextInt(1_000_000)));
  }

  private WorkOrderSpec anySpec() {
    Map<String, String> labels = new TreeMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      labels.put("label" + random.nextInt(5), oneOf(TEXTS));
    }
    return new WorkOrderSpec(
        oneOf(TEXTS),
        random.nextBoolean() ? "claude-code" : "shell",
        anySource(),
        anyLimits(),
        anyChoices(),
        random.nextInt(201) - 100,
        labels,
        anyPublish());
  }

  private Optional<PublishRequest> anyPublish() {
    return switch (random.nextInt(3)) {
      case 0 -> Optional.of(PULL_REQUEST);
      case 1 -> Optional.of(BRANCH);
      default -> Optional.empty();
    };
  }

  private AgentChoices anyChoices() {
    return new AgentChoices(
        random.nextBoolean() ? OptionalInt.of(1 + random.nextInt(100)) : OptionalInt.empty(),
        maybe("anthropic/claude-sonnet@4.5"),
        maybe(BigDecimal.valueOf(1 + random.nextInt(1_000_000), random.nextInt(7))));
  }

  private WorkspaceSource anySource() {
    return switch (random.nextInt(7)) {
      case 0 -> new WorkspaceSource.GitHub("acme", "shop.js_2-x", maybe("feature/x"));
      case 1 -> new WorkspaceSource.Git("git@example.org:a/b.git", maybe("v1.0"));
      case 2 ->
          new WorkspaceSource.GitHub(
              "acme", "shop", Optional.empty(), Optional.of("refs/tags/v1.0#ü"));
      case 3 ->
          new WorkspaceSource.Git(
              "file:///srv/a b%25c#d?e/ü.git", Optional.empty(), Optional.of("0a".repeat(20)));
      case 4 -> new WorkspaceSource.Local("/srv/some where/ünï");
      default -> new WorkspaceSource.Empty();
    };
  }

  private RunLimits anyLimits() {
    Set<FailureReason> retryOn = EnumSet.noneOf(FailureReason.class);
    for (int i = random.nextInt(3); i > 0; i--) {
      retryOn.add(oneOf(FailureReason.values()));
    }
    return new RunLimits(
        Duration.ofMillis(1 + random.nextInt(1_000_000)),
        maybe(Duration.ofMillis(1 + random.nextInt(1_000_000))),
        maybe(Duration.ofNanos(1 + random.nextInt(1_000_000_000))),
        1 + random.nextInt(10),
        retryOn,
        maybe(oneOf(RetryMode.values())));
  }

  private WorkOrderState anyState(WorkOrderStatus status) {
    WorkOrderState.Attempt attempt = new WorkOrderState.Attempt(run(), anyTime(), anyTime());
    return switch (status) {
      case QUEUED ->
          new WorkOrderState.Queued(maybe(anyTime()), random.nextBoolean(), maybe(anyTime()));
      case RUNNING -> new WorkOrderState.Running(attempt, LEASE);
      case COMPLETED -> new WorkOrderState.Completed(attempt, anyTime());
      case FAILED ->
          new WorkOrderState.Failed(
              maybe(attempt),
              anyTime(),
              oneOf(FailureReason.values()),
              oneOf(TEXTS),
              maybe(new ExitStatus(random.nextInt(256))));
      case CANCELLED -> new WorkOrderState.Cancelled(maybe(attempt), anyTime());
    };
  }

  private Instant anyTime() {
    int nanos =
        switch (random.nextInt(4)) {
          case 0 -> 0;
          case 1 -> 1_000_000 * random.nextInt(1_000);
          case 2 -> 1_000 * random.nextInt(1_000_000);
          default -> random.nextInt(1_000_000_000);
        };
    return NOW.plusSeconds(random.nextInt(100_000_000)).with(ChronoField.NANO_OF_SECOND, nanos);
  }

  private <T> Optional<T> maybe(T value) {
    return random.nextBoolean() ? Optional.of(value) : Optional.empty();
  }

  private <T> T oneOf(T[] choices) {
    return choices[random.nextInt(choices.length)];
  }
}
