package dev.agentgate;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Ports for servers that tests start, on loopback. The system gives out others for connections and
 * for sockets that ask for any port, so nothing takes one of these before its server listens. Each
 * process has a block of its own, which it claims by listening at the block's first port.
 */
public final class FreePorts {
  private static final int FIRST = 10_000;
  private static final int BLOCK = 200;
  private static final int BLOCKS = 100;

  private static final ServerSocket CLAIM = claim();

  private static int given;

  private FreePorts() {}

  /** Returns a port at which nothing listens. */
  public static synchronized int next() {
    for (int tries = 0; tries < BLOCK; tries++) {
      int port = CLAIM.getLocalPort() + 1 + given++ % (BLOCK - 1);
      try (ServerSocket free = listen(port)) {
        return free.getLocalPort();
      } catch (IOException e) {
        // A server that got it earlier still listens.
      }
    }
    throw new IllegalStateException("All ports of this process are in use");
  }

  private static ServerSocket claim() {
    int first = (int) (ProcessHandle.current().pid() % BLOCKS);
    for (int block = 0; block < BLOCKS; block++) {
      try {
        return listen(FIRST + (first + block) % BLOCKS * BLOCK);
      } catch (IOException e) {
        // Another process has it.
      }
    }
    throw new IllegalStateException("No ports are free for the servers of tests");
  }

  private static ServerSocket listen(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
