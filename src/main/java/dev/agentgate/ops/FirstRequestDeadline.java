package dev.agentgate.ops;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection whose first request does not arrive in time. A request has arrived once its
 * head has ended with an empty line, or, with TLS, once the handshake has begun, which has a
 * deadline of its own. The handler then leaves the pipeline, so it never cuts off an answer or a
 * stream. Runs on the connection's event loop.
 */
final class FirstRequestDeadline extends ChannelInboundHandlerAdapter {
  /** A client on a busy machine may need many seconds between its connection and its request. */
  private static final long SECONDS = 30;

  /** The first byte of a TLS record that begins a handshake (RFC 8446, section 5.1). */
  private static final byte TLS_HANDSHAKE = 22;

  private @Nullable ScheduledFuture<?> deadline;
  private boolean begun;
  private int lineFeeds;

  @Override
  public void channelActive(ChannelHandlerContext context) {
    deadline = context.executor().schedule(() -> close(context), SECONDS, TimeUnit.SECONDS);
    context.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    cancel();
    context.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf bytes && isRequest(bytes)) {
      cancel();
      // Leave before the message goes on: an upgrade to HTTP/2 rebuilds the pipeline.
      context.pipeline().remove(this);
    }
    context.fireChannelRead(message);
  }

  private boolean isRequest(ByteBuf bytes) {
    for (int at = bytes.readerIndex(); at < bytes.writerIndex(); at++) {
      byte next = bytes.getByte(at);
      if (!begun && next == TLS_HANDSHAKE) {
        return true;
      }
      if (next == '\n') {
        lineFeeds++;
        // Empty lines before a request are not a request (RFC 9112, section 2.2).
        if (begun && lineFeeds == 2) {
          return true;
        }
      } else if (next != '\r') {
        begun = true;
        lineFeeds = 0;
      }
    }
    return false;
  }

  private static void close(ChannelHandlerContext context) {
    ChannelFuture _ = context.close();
  }

  private void cancel() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
