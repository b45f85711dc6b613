package dev.loomlet.bench.peers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * Upper-cases each buffer where it lies and sends that same buffer back. Nobody waits for a send:
 * by the void promise, its failure comes to {@code exceptionCaught}.
 */
@Sharable
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyEchoHandler extends ChannelInboundHandlerAdapter {
  static final NettyEchoHandler INSTANCE = new NettyEchoHandler();

  private NettyEchoHandler() {}

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf buffer = (ByteBuf) message;
    upper(buffer);
    context.writeAndFlush(buffer, context.voidPromise());
  }

  /** A peer that does not read is not read. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    context.channel().config().setAutoRead(context.channel().isWritable());
  }

  /** A peer that has ended its side still gets the replies to all it sent. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  private static void upper(ByteBuf buffer) {
    int i = buffer.readerIndex();
    int end = buffer.writerIndex();
    for (; i <= end - Long.BYTES; i += Long.BYTES) {
      buffer.setLong(i, Upper.upper(buffer.getLong(i)));
    }
    for (; i < end; i++) {
      buffer.setByte(i, Upper.upper(buffer.getByte(i)));
    }
  }
}
