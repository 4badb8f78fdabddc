package dev.agentgate.execution.local;

import dev.agentgate.output.RunDirectories;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A service of its own that starts one run, says so, and waits to be killed. */
final class CrashingService {
  private CrashingService() {}

  public static void main(String[] arguments) throws Exception {
    Path runs = Path.of(arguments[0]);
    boolean cgroups = Holding.valueOf(arguments[1]) == Holding.CGROUP;
    RunId run = new RunId(arguments[2]);
    Optional<LeaseFile> lease =
        Optional.of(arguments)
            .filter(all -> all.length > 5)
            .map(all -> new LeaseFile(Path.of(all[5])));
    LinuxProcessManager manager =
        new LinuxProcessManager(
            new RunDirectories(runs), Clock.systemUTC(), lease, cgroups, Duration.ofSeconds(10));
    SupervisedProcess process =
        manager.start(
            new LaunchRequest(
                run,
                WorkOrderId.next(Instant.now()),
                List.of("sh", "-c", arguments[4]),
                Map.of("PATH", System.getenv("PATH")),
                Path.of(arguments[3]),
                Optional.empty()));
    System.out.println(process.identity().pid());
    new CountDownLatch(1).await();
  }
}
