package dev.agentgate.it;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Stands between a service and its database, and loses the connection in several ways. */
final class DatabaseProxy implements Closeable {
  /** What happens to the bytes. */
  enum Fault {
    NONE,
    /** Connections are closed, and new ones are refused. */
    DROP,
    /** Connections stay, but nothing arrives in either direction. */
    HALF_OPEN,
    /** Everything arrives, but late. */
    DELAY
  }

  private static final Duration LATE = Duration.ofMillis(200);

  private final ServerSocket server = new ServerSocket();
  private volatile InetSocketAddress database;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /** Guards {@link #fault}. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private Fault fault = Fault.NONE;

  /**
   * @param port of the database, on loopback
   */
  DatabaseProxy(int port) throws IOException {
    database = onLoopback(port);
    server.bind(onLoopback(0));
    Thread.ofVirtual().start(this::accept);
  }

  private static InetSocketAddress onLoopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Leads new connections to another database. */
  void leadTo(int port) {
    database = onLoopback(port);
  }

  void set(Fault next) {
    lock.lock();
    try {
      fault = next;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (next == Fault.DROP) {
      sockets.forEach(DatabaseProxy::close);
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        if (isDropping()) {
          close(client);
        } else {
          Socket upstream = new Socket();
          sockets.add(client);
          sockets.add(upstream);
          upstream.connect(database);
          Thread.ofVirtual().start(() -> copy(client, upstream));
          Thread.ofVirtual().start(() -> copy(upstream, client));
        }
      } catch (IOException e) {
        // The test is over, or the database is.
      }
    }
  }

  private boolean isDropping() {
    lock.lock();
    try {
      return fault == Fault.DROP;
    } finally {
      lock.unlock();
    }
  }

  private void copy(Socket from, Socket to) {
    byte[] buffer = new byte[8192];
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        hold();
        out.write(buffer, 0, length);
      }
    } catch (IOException | InterruptedException e) {
      // The other end sees it as well.
    } finally {
      close(from);
      close(to);
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  /** Waits for as long as the fault holds bytes back. */
  private void hold() throws InterruptedException {
    lock.lock();
    try {
      for (long left = LATE.toNanos(); fault == Fault.DELAY && left > 0; ) {
        left = changed.awaitNanos(left);
      }
      while (fault == Fault.HALF_OPEN) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void close(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no more use.
    }
  }

  @Override
  public void close() {
    close(server);
    sockets.forEach(DatabaseProxy::close);
    set(Fault.DROP);
  }
}
