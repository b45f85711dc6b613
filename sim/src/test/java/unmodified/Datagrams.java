package unmodified;

import static unmodified.Attempt.attempt;
import static unmodified.ChannelCode.PORT;
import static unmodified.ChannelCode.bytes;
import static unmodified.ChannelCode.text;

import dev.loomlet.sim.Simulation;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Code with datagrams, loaded after the JVM was patched, as programs are. */
final class Datagrams {
  private Datagrams() {}

  static String datagramSockets(Simulation sim) throws Exception {
    sim.host("server")
        .start(
            () -> {
              try (DatagramSocket socket = new DatagramSocket(PORT)) {
                while (true) {
                  DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                  socket.receive(packet);
                  socket.send(packet);
                }
              }
            });
    sim.sleep(Duration.ofMillis(1));
    List<Object> seen = new ArrayList<>();
    try (DatagramSocket socket = new DatagramSocket()) {
      InetAddress server = InetAddress.getByName("server");
      socket.setSoTimeout(1000);
      socket.send(new DatagramPacket("hello".getBytes(StandardCharsets.UTF_8), 5, server, PORT));
      DatagramPacket answer = new DatagramPacket(new byte[3], 3);
      socket.receive(answer);
      seen.add(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8));
      seen.add(answer.getSocketAddress());
      seen.add(
          attempt(
              sim,
              () -> {
                socket.receive(answer);
                return "received";
              }));
      socket.connect(server, PORT + 1);
      socket.send(new DatagramPacket(new byte[1], 1));
      seen.add(
          attempt(
                  sim,
                  () -> {
                    socket.receive(answer);
                    return "received";
                  })
              .replaceAll(" .*", ""));
      socket.disconnect();
      socket.send(new DatagramPacket("again".getBytes(StandardCharsets.UTF_8), 5, server, PORT));
      DatagramPacket rest = new DatagramPacket(new byte[100], 100);
      socket.receive(rest);
      seen.add(new String(rest.getData(), 0, rest.getLength(), StandardCharsets.UTF_8));
    }
    return seen.toString();
  }

  static String datagramChannels(Simulation sim) throws Exception {
    sim.host("server")
        .start(
            () -> {
              try (Selector selector = Selector.open();
                  DatagramChannel channel = DatagramChannel.open()) {
                channel.bind(new InetSocketAddress(PORT));
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ);
                ByteBuffer buffer = ByteBuffer.allocate(100);
                while (true) {
                  selector.select();
                  selector.selectedKeys().clear();
                  SocketAddress from = channel.receive(buffer);
                  while (from != null) {
                    buffer.flip();
                    channel.send(buffer, from);
                    buffer.clear();
                    from = channel.receive(buffer);
                  }
                }
              }
            });
    sim.sleep(Duration.ofMillis(1));
    try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
      channel.connect(new InetSocketAddress("server", PORT));
      channel.write(bytes("hello"));
      ByteBuffer answer = ByteBuffer.allocate(100);
      int length = channel.read(answer);
      return length + " " + text(answer) + " " + channel.getRemoteAddress();
    }
  }

  static String lostDatagrams(Simulation sim) throws Exception {
    sim.network().loss(1.0);
    sim.host("server");
    try (DatagramSocket sender = new DatagramSocket();
        DatagramSocket receiver = new DatagramSocket(PORT)) {
      receiver.setSoTimeout(1000);
      sender.send(new DatagramPacket(new byte[1], 1, InetAddress.getByName("server"), PORT));
      return attempt(
          sim,
          () -> {
            receiver.receive(new DatagramPacket(new byte[1], 1));
            return "received";
          });
    }
  }

  static String group(Simulation sim) throws Exception {
    InetAddress group = InetAddress.getByName("230.0.0.1");
    String[] seen = new String[1];
    sim.host("server")
        .start(
            () -> {
              try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
                channel.bind(new InetSocketAddress(PORT));
                channel.join(group, java.net.NetworkInterface.getByIndex(1));
                ByteBuffer buffer = ByteBuffer.allocate(10);
                channel.receive(buffer);
                seen[0] = text(buffer);
              }
            });
    sim.sleep(Duration.ofMillis(1));
    try (DatagramSocket sender = new DatagramSocket()) {
      sender.send(new DatagramPacket("to all".getBytes(StandardCharsets.UTF_8), 6, group, PORT));
    }
    sim.sleep(Duration.ofMillis(100));
    return seen[0];
  }
}
