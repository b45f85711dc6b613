package dev.loomlet.bench.peers;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import javax.net.ssl.KeyManagerFactory;

/** Netty with its TLS handler over the JDK's engine, as Loomlet has it. */
public final class NettyTlsEchoServer {
  private NettyTlsEchoServer() {}

  /** Takes the port, the transport and a key store as {@link TlsKeys} makes it. */
  public static void main(String[] args) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(TlsKeys.load(args[2]), TlsKeys.password());
    SslContext context =
        SslContextBuilder.forServer(keys)
            .sslProvider(SslProvider.JDK)
            .protocols(TlsKeys.PROTOCOL)
            .build();
    NettyEchoServer.serve(
        Integer.parseInt(args[0]),
        args[1],
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel
                .pipeline()
                .addLast(context.newHandler(channel.alloc()))
                .addLast(NettyEchoHandler.INSTANCE);
          }
        });
  }
}
