package dev.agentgate.bench;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The processes that a benchmark started; those that are left are killed when it ends. */
public final class StartedProcesses {
  private static final int PATIENCE_SECONDS = 30;
  private static final Set<ProcessHandle> STARTED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              for (ProcessHandle started : STARTED) {
                started.descendants().forEach(ProcessHandle::destroyForcibly);
                started.destroyForcibly();
              }
            }));
  }

  private StartedProcesses() {}

  public static void add(ProcessHandle process) {
    STARTED.add(process);
  }

  /** Sends SIGTERM, and SIGKILL if that is not enough; returns when the process is gone. */
  public static void end(Process process) {
    process.destroy();
    process
        .onExit()
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .exceptionallyCompose(_ -> process.destroyForcibly().onExit())
        .join();
    STARTED.removeIf(started -> !started.isAlive());
  }
}
