package dev.agentgate.bench.peers;

import java.io.IOException;

/** The server that a peer keeps its jobs in: a process of its own, on a free loopback port. */
interface PeerServer extends AutoCloseable {
  String version() throws Exception;

  /** Makes its data directory. */
  void install() throws Exception;

  /** Starts it and returns when it takes connections. */
  void start() throws Exception;

  int port();

  ProcessHandle process();

  @Override
  void close() throws IOException;
}
