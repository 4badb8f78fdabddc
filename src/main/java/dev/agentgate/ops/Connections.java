package dev.agentgate.ops;

import dev.agentgate.execution.HostResources;
import dev.agentgate.queue.QueueHealthCheck;
import dev.agentgate.queue.QueueSettings;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.runtime.Application;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The ports that listen, and how many connections each may hold. Whatever clients do, descriptors
 * are left for the runs, the store and the probes: each port has a bound of its own, beyond which
 * connections are closed. The bound applies from the accept on, so it also counts connections that
 * never send anything or never finish a TLS handshake.
 */
@Singleton
class Connections {
  private static final Logger LOG = Logger.getLogger(Connections.class);

  /**
   * Enough for Prometheus and for an orchestrator's probes, even if one leaves connections open.
   */
  private static final int FEWEST_MANAGEMENT = 24;

  private static final int MOST_MANAGEMENT = 256;

  /** The part of all descriptors that a flood of probes may take. */
  private static final long MANAGEMENT_SHARE = 16;

  /**
   * Descriptors that the store, the log, class files and a few clients' files need, beyond those
   * that are open when idle.
   */
  private static final long RESERVE = 64;

  /** The pipes and the log of a run, its git processes, and the looks at its processes. */
  private static final long RESERVE_PER_SLOT = 8;

  /**
   * Memory for the buffers, a TLS session and a listener's thread: that many also fit into the
   * heap.
   */
  private static final long HEAP_PER_CONNECTION = 64 * 1024;

  private static final int FEWEST = 16;

  private final VertxInternal vertx;
  private final HostResources host;
  private final int managementPort;
  private final int managementBound;
  private final long reserve;
  private final List<Channel> listening = new CopyOnWriteArrayList<>();
  private final AtomicInteger apiOpen = new AtomicInteger();
  private final AtomicInteger managementOpen = new AtomicInteger();
  private final AtomicLong refused = new AtomicLong();

  Connections(
      Vertx vertx,
      QueueHealthCheck queue,
      QueueSettings settings,
      MeterRegistry meters,
      @ConfigProperty(name = "quarkus.management.port") int managementPort) {
    this.vertx = (VertxInternal) vertx;
    this.host = queue.host();
    this.managementPort = managementPort;
    this.managementBound =
        Math.clamp(host.maxDescriptors() / MANAGEMENT_SHARE, FEWEST_MANAGEMENT, MOST_MANAGEMENT);
    this.reserve = RESERVE + managementBound + RESERVE_PER_SLOT * settings.maxConcurrent();
    Gauge.builder("agentgate.connections", apiOpen, AtomicInteger::get)
        .description("Open connections to the API port")
        .register(meters);
    FunctionCounter.builder("agentgate.connections.refused", refused, AtomicLong::get)
        .description("Connections closed because there were too many")
        .register(meters);
  }

  void apiListens(@ObservesAsync HttpServerStart event) {
    guard();
  }

  void apiListensWithTls(@ObservesAsync HttpsServerStart event) {
    guard();
  }

  /** Finds the ports that listen and guards the new ones. Idempotent. */
  void guard() {
    for (EventExecutor executor : vertx.getAcceptorEventLoopGroup()) {
      if (executor instanceof SingleThreadEventLoop loop) {
        loop.execute(() ->
            loop.registeredChannelsIterator()
                .forEachRemaining(channel -> {
                  if (channel instanceof ServerChannel && !listening.contains(channel)) {
                    guard(channel);
                  }
                }));
      }
    }
  }

  private void guard(Channel server) {
    boolean management =
        server.localAddress() instanceof InetSocketAddress at && at.getPort() == managementPort;
    server
        .pipeline()
        .addFirst(
            management
                ? new ConnectionBound(managementOpen, managementBound, refused)
                : new ConnectionBound(apiOpen, apiBound(), refused));
    listening.add(server);
  }

  private int apiBound() {
    long free = host.maxDescriptors() - host.openDescriptors() - apiOpen.get() - reserve;
    if (free < FEWEST) {
      LOG.warnf(
          "The limit of %d open files leaves descriptors for %d connections only: raise it, or"
              + " lower agentgate.queue.max-concurrent",
          host.maxDescriptors(), FEWEST);
    }
    long fitting = Runtime.getRuntime().maxMemory() / HEAP_PER_CONNECTION;
    return Math.clamp(Math.min(free, fitting), FEWEST, 1_000_000);
  }

  /** Whether every expected port listens. Quarkus has started only when each port is bound. */
  boolean areReady() {
    Application application = Application.currentApplication();
    return application != null && application.isStarted();
  }

  /** Whether every port that was opened is still open and accepts connections. */
  boolean areAlive() {
    if (!areReady()) {
      return true; // a start takes its time; readiness tells
    }
    guard();
    return listening.stream().allMatch(Channel::isActive) && acceptorComesRound();
  }

  private boolean acceptorComesRound() {
    for (EventExecutor executor : vertx.getAcceptorEventLoopGroup()) {
      if (executor.isShuttingDown()
          || !executor.submit(() -> {}).awaitUninterruptibly(5, TimeUnit.SECONDS)) {
        return false;
      }
    }
    return true;
  }
}
