package dev.agentgate.queue;

import dev.agentgate.workspace.WorkspaceRetention;
import java.time.Duration;

/** Settings with some changed. */
final class SettingsChange {
  private final QueueSettings from;
  private boolean autoProcess;
  private int maxConcurrent;
  private Duration staggerDelay;
  private long minAvailableMemory;
  private long minFreeDisk;
  private int maxDepth;
  private int maxConcurrentPerRepository;
  private WorkspaceRetention workspaces;
  private DailyBudgets budgets;

  private SettingsChange(QueueSettings from) {
    this.from = from;
    autoProcess = from.autoProcess();
    maxConcurrent = from.maxConcurrent();
    staggerDelay = from.staggerDelay();
    minAvailableMemory = from.minAvailableMemory();
    minFreeDisk = from.minFreeDisk();
    maxDepth = from.maxDepth();
    maxConcurrentPerRepository = from.maxConcurrentPerRepository();
    workspaces = from.workspaces();
    budgets = from.budgets();
  }

  static SettingsChange of(QueueSettings from) {
    return new SettingsChange(from);
  }

  SettingsChange budgets(DailyBudgets value) {
    budgets = value;
    return this;
  }

  SettingsChange autoProcess(boolean value) {
    autoProcess = value;
    return this;
  }

  SettingsChange maxConcurrent(int value) {
    maxConcurrent = value;
    return this;
  }

  SettingsChange staggerDelay(Duration value) {
    staggerDelay = value;
    return this;
  }

  SettingsChange minAvailableMemory(long value) {
    minAvailableMemory = value;
    return this;
  }

  SettingsChange minFreeDisk(long value) {
    minFreeDisk = value;
    return this;
  }

  SettingsChange maxDepth(int value) {
    maxDepth = value;
    return this;
  }

  SettingsChange maxConcurrentPerRepository(int value) {
    maxConcurrentPerRepository = value;
    return this;
  }

  SettingsChange workspaces(WorkspaceRetention value) {
    workspaces = value;
    return this;
  }

  QueueSettings done() {
    return new QueueSettings(
        autoProcess,
        maxConcurrent,
        staggerDelay,
        minAvailableMemory,
        minFreeDisk,
        maxDepth,
        maxConcurrentPerRepository,
        from.localShared(),
        from.maxTime(),
        from.killGrace(),
        from.defaultAgent(),
        from.stuckThreshold(),
        from.queueDepthThreshold(),
        from.retention(),
        workspaces,
        budgets);
  }
}
