package dev.loomlet.bench.peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.net.InetSocketAddress;

/** Netty on one event loop thread, which accepts as well. */
public final class NettyEchoServer {
  private static final int BACKLOG = 16384;

  private NettyEchoServer() {}

  private record Transport(IoHandlerFactory io, Class<? extends ServerChannel> listener) {
    static Transport of(String name) {
      return switch (name) {
        case "epoll" -> new Transport(EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
        case "io_uring" ->
            new Transport(IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
        case "nio" -> new Transport(NioIoHandler.newFactory(), NioServerSocketChannel.class);
        default -> throw new IllegalArgumentException("epoll, io_uring or nio, not " + name);
      };
    }
  }

  /** Takes the port and the transport: {@code epoll}, {@code io_uring} or {@code nio}. */
  public static void main(String[] args) throws InterruptedException {
    serve(
        Integer.parseInt(args[0]),
        args[1],
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(NettyEchoHandler.INSTANCE);
          }
        });
  }

  /** Serves for ever with what is made for each connection. */
  static void serve(int port, String transportName, ChannelInitializer<Channel> handlers)
      throws InterruptedException {
    Transport transport = Transport.of(transportName);
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, transport.io());
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop, loop)
            .channel(transport.listener())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(handlers);
    Channel listener = bootstrap.bind("127.0.0.1", port).sync().channel();
    InetSocketAddress address = (InetSocketAddress) listener.localAddress();
    System.out.println("listening on 127.0.0.1:" + address.getPort());
    listener.closeFuture().sync();
  }
}
