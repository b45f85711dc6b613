package dev.loomlet.dns;

import dev.loomlet.AsyncResult;
import dev.loomlet.CancelScope;
import dev.loomlet.Greenlet;
import dev.loomlet.Loop;
import dev.loomlet.net.UdpOptions;
import dev.loomlet.net.UdpSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A socket for questions to one server that are under way at the same time; what comes back is told
 * apart by its number. It is closed as soon as nobody waits. Confined to a loop.
 *
 * <p>It is connected, so the kernel drops what comes from elsewhere and reports that nobody
 * listens.
 */
final class UdpPort {
  /**
   * So many questions are sent from it in all. A forger has to guess the port as well as the number
   * (RFC 5452), and must not have long to find it out.
   */
  static final int MOST_QUESTIONS = 64;

  private static final InetSocketAddress ANY_IPV4 =
      new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0);
  private static final InetSocketAddress ANY_IPV6 =
      new InetSocketAddress(InetAddress.ofLiteral("::"), 0);

  private final UdpSocket socket;
  private final Greenlet<?> reader;
  private final Map<Integer, Expected> expected = new HashMap<>();
  private int asked;
  private boolean broken;

  private record Expected(Exchange.Reader reader, AsyncResult<Reply> reply) {}

  private UdpPort(Loop loop, UdpSocket socket, String server) {
    this.socket = socket;
    this.reader = loop.spawn("DNS answers from " + server, this::receiveAll);
  }

  /** Opens one, from which questions go to a server. Does not wait. */
  static UdpPort open(Loop loop, InetSocketAddress server) throws IOException {
    InetSocketAddress local = server.getAddress() instanceof Inet6Address ? ANY_IPV6 : ANY_IPV4;
    UdpSocket socket = UdpSocket.bind(local, UdpOptions.DEFAULT);
    try {
      socket.connect(server);
      return new UdpPort(loop, socket, Inquiry.text(server));
    } catch (IOException | RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  /** Whether a question of this number may be asked from here. */
  boolean takes(int id) {
    return !broken && asked < MOST_QUESTIONS && !expected.containsKey(id);
  }

  /**
   * Announces a question; {@link #forget} must follow.
   *
   * @return what will be its answer, or the reason why none can come
   */
  AsyncResult<Reply> expect(int id, Exchange.Reader reader) {
    asked++;
    AsyncResult<Reply> reply = new AsyncResult<>("the answer to DNS question " + id);
    expected.put(id, new Expected(reader, reply));
    return reply;
  }

  /**
   * Sends a question. Waits if the socket is full.
   *
   * @param timeout for that
   */
  void send(byte[] question, Duration timeout) throws IOException {
    socket.setSendTimeout(timeout);
    try {
      socket.send(question);
    } catch (SocketException e) {
      // What came back for one says the same to all, and the kernel says it once.
      fail(e);
      throw e;
    }
  }

  /**
   * Nobody waits for the answer to this question any more.
   *
   * @return whether it was the last one, so that {@link #close} must follow
   */
  boolean forget(int id) {
    expected.remove(id);
    return expected.isEmpty();
  }

  /** Closes the socket, and waits for its reader to see that; not to be cancelled meanwhile. */
  void close() {
    socket.close();
    try {
      new CancelScope().withShield(true).run(() -> reader.join());
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("to join throws no checked exception", e);
    }
  }

  private void receiveAll() {
    byte[] room = new byte[Wire.UDP_SIZE];
    try {
      while (true) {
        received(room, socket.receive(room));
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    }
  }

  private void received(byte[] room, int sent) {
    int length = Math.min(sent, room.length);
    if (length < Wire.ID_SIZE) {
      return;
    }
    if (sent > length) {
      room[Wire.FLAGS] |= Wire.TRUNCATED;
    }
    Expected one = expected.get(Wire.id(room));
    if (one == null) {
      return;
    }
    // What is wrong may be a forgery, and the right answer still on its way.
    Reply reply = one.reader.read(Arrays.copyOf(room, length));
    if (reply != null) {
      one.reply.set(reply);
    }
  }

  private void fail(Throwable error) {
    broken = true;
    List<Expected> all = new ArrayList<>(expected.values());
    for (Expected each : all) {
      each.reply.setException(error);
    }
  }
}
