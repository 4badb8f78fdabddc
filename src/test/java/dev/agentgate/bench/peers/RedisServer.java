package dev.agentgate.bench.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Redis, which appends each change to its log and syncs it before it answers. */
final class RedisServer extends StartedServer {
  private final Path directory;

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
  List<String> command(int servedPort) {
    return List.of(
        "redis-server",
        "--bind",
        "127.0.0.1",
        "--port",
        Integer.toString(servedPort),
        "--dir",
        directory.toString(),
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--save",
        "");
  }

  @Override
  Path log() {
    return directory.resolveSibling("redis.log");
  }

  @Override
  long lookNanos() {
    return 1_000_000;
  }

  @Override
  boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read() == '+';
    } catch (IOException e) {
      return false;
    }
  }
}
