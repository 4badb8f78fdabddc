package dev.agentgate.ops;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Sits before the acceptor of one port. Counts its connections, closes those beyond the bound at
 * once, and gives the others their first-request deadline. Runs on the acceptor's event loop.
 */
final class ConnectionBound extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = Logger.getLogger(ConnectionBound.class);
  private static final long TELL_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final AtomicInteger open;
  private final int bound;
  private final AtomicLong refused;
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
    if (open.incrementAndGet() > bound) {
      open.decrementAndGet();
      refused.incrementAndGet();
      connection.unsafe().closeForcibly();
      tell();
      return;
    }
    ChannelFuture _ = connection.closeFuture().addListener(_ -> open.decrementAndGet());
    connection.pipeline().addFirst(new FirstRequestDeadline());
    context.fireChannelRead(message);
  }

  private void tell() {
    long now = System.nanoTime();
    if (now - toldNanos >= TELL_AGAIN_NANOS) {
      toldNanos = now;
      LOG.warnf("Too many connections: those beyond %d are closed at once", bound);
    }
  }
}
