package dev.agentgate.bench.peers;

import dev.agentgate.bench.PackagedService;
import dev.agentgate.bench.StartedProcesses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Redis, which appends each change to its log and syncs it before it answers. */
final class RedisServer implements PeerServer {
  private final Path directory;
  private int port;
  private @Nullable Process process;

  RedisServer(Path directory) {
    this.directory = directory;
  }

  @Override
  public String version() throws Exception {
    return "Redis " + Programs.versionIn(Programs.output("redis-server", "--version"));
  }

  @Override
  public void install() throws IOException {
    Files.createDirectories(directory);
  }

  @Override
  public void start() throws IOException {
    port = PackagedService.freePort();
    List<String> command =
        List.of(
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--dir",
            directory.toString(),
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--save",
            "");
    Process started = Programs.start(command, directory.resolveSibling("redis.log"));
    process = started;
    while (!answers()) {
      if (!started.isAlive()) {
        throw new IOException("Redis did not start; see its log beside " + directory);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read() == '+';
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public ProcessHandle process() {
    return Objects.requireNonNull(process).toHandle();
  }

  @Override
  public void close() {
    if (process != null) {
      StartedProcesses.end(process);
    }
  }
}
