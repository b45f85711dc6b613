package dev.loomlet.bench;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.net.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What can be done over UDP without any resolver: asking a DNS server, and being a simple one. */
final class DnsLoad {
  /** Plain questions under way at once when the server's limit is looked for. */
  static final int CLIENTS = 32;

  /** Plain questions that each client sends in a burst. */
  private static final int BURST = 2;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private DnsLoad() {}

  /** Asks a server plainly for a time; returns how many answers came. */
  static int answersOf(InetSocketAddress server, Duration time) throws Exception {
    long end = System.nanoTime() + time.toNanos();
    List<Greenlet<Integer>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(Loomlet.spawn(() -> askPlainly(server, end)));
    }
    int answers = 0;
    for (Greenlet<Integer> each : clients) {
      answers += each.get();
    }
    return answers;
  }

  private static int askPlainly(InetSocketAddress server, long end) throws IOException {
    byte[] question = question();
    byte[] room = new byte[512];
    int answers = 0;
    try (UdpSocket socket = UdpSocket.open()) {
      socket.connect(server);
      socket.setReceiveTimeout(PATIENCE);
      do {
        for (int i = 0; i < BURST; i++) {
          socket.send(question);
        }
        for (int i = 0; i < BURST; i++) {
          socket.receive(room);
          answers++;
        }
      } while (System.nanoTime() < end);
    }
    return answers;
  }

  /** For the IPv4 address of host0.test, as RFC 1035 has it. */
  private static byte[] question() {
    return ByteBuffer.allocate(28)
        .putShort((short) 1)
        .putShort((short) 0x0100)
        .putShort((short) 1)
        .putShort((short) 0)
        .putInt(0)
        .put((byte) 5)
        .put("host0".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 4)
        .put("test".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 0)
        .putShort((short) 1)
        .putShort((short) 1)
        .array();
  }

  /** Answers every question with an address of the family that it asks for. */
  static void serve(UdpSocket socket) throws IOException {
    ByteBuffer packet = ByteBuffer.allocate(512);
    try (socket) {
      while (true) {
        packet.clear();
        socket.receive(packet);
        int end = 12;
        while (packet.get(end) != 0) {
          end += 1 + packet.get(end);
        }
        int type = packet.getShort(end + 1);
        // An answer, recursion available; one record, no others.
        packet.putShort(2, (short) 0x8180).putShort(6, (short) 1).putInt(8, 0);
        packet.limit(packet.capacity()).position(end + 5);
        packet.putShort((short) 0xc00c).putShort((short) type).putShort((short) 1).putInt(60);
        int length = type == 1 ? 4 : 16;
        packet.putShort((short) length).put(new byte[length - 1]).put((byte) 7).flip();
        socket.send(packet, socket.sender());
      }
    } catch (SocketException e) {
      // Closed.
    }
  }
}
