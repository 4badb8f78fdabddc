package dev.agentgate.bench.peers;

import dev.agentgate.bench.PackagedService;
import dev.agentgate.bench.StartedProcesses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A server that runs as a process of its own, on a free port. */
abstract class StartedServer implements PeerServer {
  private int port;
  private @Nullable Process process;

  /** Returns the command that serves a port. */
  abstract List<String> command(int servedPort);

  /** The file for what the server says. */
  abstract Path log();

  /** Whether the server answers. */
  abstract boolean answers() throws IOException, InterruptedException;

  /** How often a start looks whether the server answers. */
  abstract long lookNanos();

  @Override
  public final void start() throws Exception {
    port = PackagedService.freePort();
    Process started = Programs.start(command(port), log());
    process = started;
    while (!answers()) {
      if (!started.isAlive()) {
        throw new IOException("The server did not start; see " + log());
      }
      LockSupport.parkNanos(lookNanos());
    }
  }

  @Override
  public final int port() {
    return port;
  }

  @Override
  public final ProcessHandle process() {
    return Objects.requireNonNull(process).toHandle();
  }

  @Override
  public final void close() {
    if (process != null) {
      StartedProcesses.end(process);
    }
  }
}
