package dev.loomlet.dns;

import dev.loomlet.Loop;
import dev.loomlet.engine.DatagramBatch;
import dev.loomlet.net.UdpOptions;
import dev.loomlet.net.UdpSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A socket for questions to one server that are under way at the same time; what comes back is told
 * apart by its number. It is closed as soon as nobody waits. Confined to a loop.
 *
 * <p>It is connected, so the kernel drops what comes from elsewhere and reports that nobody
 * listens.
 *
 * <p>Its greenlet takes all answers that are there at once, and waits no longer than the oldest
 * question does.
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

  private final Loop loop;
  private final UdpExchange exchange;
  private final InetSocketAddress server;
  private final UdpSocket socket;

  /** In the order in which they were asked, which is that of their deadlines; null when over. */
  private final @Nullable UdpQuestion[] questions = new UdpQuestion[MOST_QUESTIONS];

  /** How many were asked, and how many of these are not over. */
  private int asked;

  private int waiting;

  /** All before this one are over. */
  private int oldest;

  private boolean broken;

  /**
   * Opens one, from which questions go to a server. Does not wait; {@link #start} must follow when
   * there is a question.
   */
  UdpPort(Loop loop, UdpExchange exchange, InetSocketAddress server) throws IOException {
    this.loop = loop;
    this.exchange = exchange;
    this.server = server;
    InetSocketAddress local = server.getAddress() instanceof Inet6Address ? ANY_IPV6 : ANY_IPV4;
    this.socket = UdpSocket.bind(local, UdpOptions.DEFAULT);
    try {
      socket.connect(server);
    } catch (IOException | RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  /** Begins to take answers. */
  void start() {
    loop.spawn("DNS answers from " + Inquiry.text(server), this::receiveAll);
  }

  /** To whom it asks. */
  InetSocketAddress server() {
    return server;
  }

  /** Whether a question of this number may be asked from here. */
  boolean takes(int id) {
    return !broken && asked < MOST_QUESTIONS && find(id) == null;
  }

  private @Nullable UdpQuestion find(int id) {
    for (int i = oldest; i < asked; i++) {
      UdpQuestion question = questions[i];
      if (question != null && question.id == id) {
        return question;
      }
    }
    return null;
  }

  /** Takes answers to a question from now on, until it is told, or {@link #forget}. */
  void expect(UdpQuestion question) {
    question.port = this;
    question.place = asked;
    questions[asked++] = question;
    waiting++;
  }

  /** Sends questions. Waits if the socket is full. What fails is told to all. */
  void send(DatagramBatch batch, Duration timeout) {
    socket.setSendTimeout(timeout);
    try {
      socket.send(batch);
    } catch (IOException e) {
      // What came back for one says the same to all, and the kernel says it once.
      fail(e);
    }
  }

  /**
   * Sends questions as far as there is room. Does not wait.
   *
   * @return how many are dealt with: sent, or told that they cannot be
   */
  int sendNow(DatagramBatch batch) {
    try {
      return socket.sendNow(batch);
    } catch (IOException e) {
      fail(e);
      return batch.size();
    }
  }

  /** Nobody waits for the answer to this question any more. Does not wait. */
  void forget(UdpQuestion question) {
    if (remove(question) && waiting == 0) {
      close();
    }
  }

  private boolean remove(UdpQuestion question) {
    if (question.port != this) {
      return false;
    }
    question.port = null;
    questions[question.place] = null;
    waiting--;
    return true;
  }

  private void close() {
    exchange.closed(this);
    socket.close();
  }

  private void receiveAll() {
    DatagramBatch batch = exchange.answers();
    try {
      while (waiting > 0) {
        long left = oldest().deadline - loop.clock().nanoTime();
        if (left > 0) {
          try {
            socket.receive(batch, Duration.ofNanos(left));
          } catch (SocketTimeoutException e) {
            expire();
            continue;
          }
          received(batch);
        } else {
          expire();
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    } finally {
      close();
    }
  }

  private UdpQuestion oldest() {
    UdpQuestion question = questions[oldest];
    while (question == null) {
      question = questions[++oldest];
    }
    return question;
  }

  private void expire() {
    long now = loop.clock().nanoTime();
    while (waiting > 0 && oldest().deadline - now <= 0) {
      UdpQuestion question = oldest();
      remove(question);
      question.failed(new SocketTimeoutException("no answer"));
    }
  }

  /** Whoever hears of an answer does not wait, so the batch stays as it is. */
  private void received(DatagramBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      ByteBuffer data = batch.data(i);
      if (data.remaining() < Wire.HEADER) {
        continue;
      }
      UdpQuestion question = find(data.getShort(0) & 0xffff);
      if (question == null) {
        continue;
      }
      byte[] packet = new byte[data.remaining()];
      data.get(packet);
      if (batch.length(i) > packet.length) {
        packet[Wire.FLAGS] |= Wire.TRUNCATED;
      }
      // What is wrong may be a forgery, and the right answer still on its way.
      Reply reply = Wire.read(packet, question.question, question.name, question.id);
      if (reply != null) {
        remove(question);
        question.replied(reply);
      }
    }
  }

  private void fail(Throwable error) {
    broken = true;
    while (waiting > 0) {
      UdpQuestion question = oldest();
      remove(question);
      question.failed(error);
    }
    close();
  }
}
