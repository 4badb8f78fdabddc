package dev.agentgate.ops;

import dev.agentgate.api.access.CurrentCaller;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.LinkedHashSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Sits before the acceptor of one port. Counts its connections, and gives each its first-request
 * deadline. Beyond the bound, a new connection takes the place of the one that has been open for
 * longest without a valid key; if every connection has shown one, the new one is closed at once.
 * Runs on the acceptor's event loop.
 */
final class ConnectionBound extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = Logger.getLogger(ConnectionBound.class);
  private static final long TELL_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** How many connections beyond the bound may be about to be closed. */
  private static final int MOST_CLOSING = 16;

  private final AtomicInteger open;
  private final int bound;
  private final AtomicLong refused;

  /** In the order of their arrival, those that may not have shown a key. Its own lock guards it. */
  private final LinkedHashSet<Channel> strangers = new LinkedHashSet<>();

  private long toldNanos = System.nanoTime() - TELL_AGAIN_NANOS;

  ConnectionBound(AtomicInteger open, int bound, AtomicLong refused) {
    this.open = open;
    this.bound = bound;
    this.refused = refused;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof Channel connection)) {
      context.fireChannelRead(message);
      return;
    }
    int before = open.getAndIncrement();
    if (before >= bound) {
      refused.incrementAndGet();
      tell();
      if (before >= bound + MOST_CLOSING || !closeStranger()) {
        open.decrementAndGet();
        connection.unsafe().closeForcibly();
        return;
      }
    }
    synchronized (strangers) {
      strangers.add(connection);
    }
    ChannelFuture _ = connection.closeFuture().addListener(_ -> closed(connection));
    connection.pipeline().addFirst(new FirstRequestDeadline());
    context.fireChannelRead(message);
  }

  private void closed(Channel connection) {
    open.decrementAndGet();
    synchronized (strangers) {
      strangers.remove(connection);
    }
  }

  /** Closes one connection without a key; returns false if there is none. */
  private boolean closeStranger() {
    synchronized (strangers) {
      while (!strangers.isEmpty()) {
        Channel oldest = strangers.removeFirst();
        if (!CurrentCaller.isKnown(oldest)) {
          ChannelFuture _ = oldest.close();
          return true;
        }
      }
      return false;
    }
  }

  private void tell() {
    long now = System.nanoTime();
    if (now - toldNanos >= TELL_AGAIN_NANOS) {
      toldNanos = now;
      LOG.warnf("Too many connections: beyond %d, those without a key are closed", bound);
    }
  }
}
