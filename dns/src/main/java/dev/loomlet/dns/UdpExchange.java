package dev.loomlet.dns;

import dev.loomlet.AsyncResult;
import dev.loomlet.Loop;
import dev.loomlet.engine.DatagramBatch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Over UDP. Questions that are under way at the same time share a port, some of them; one that is
 * alone has its own. Those that are asked in the same turn of the loop leave together, at its end.
 */
final class UdpExchange implements Exchange {
  /** Answers taken at once. */
  private static final int MOST_ANSWERS = 32;

  private final Loop loop;
  private final Duration timeout;

  /** From which the next question to a server goes. */
  private final Map<InetSocketAddress, UdpPort> ports = new HashMap<>();

  /** Have a port, and are not sent yet. */
  private final ArrayDeque<UdpQuestion> unsent = new ArrayDeque<>();

  private final DatagramBatch batch = new DatagramBatch(UdpPort.MOST_QUESTIONS, Wire.MOST_QUESTION);
  private final DatagramBatch answers = new DatagramBatch(MOST_ANSWERS, Wire.UDP_SIZE);

  /** Whether there is a greenlet that sends. */
  private boolean sending;

  /**
   * Creates one with nothing under way.
   *
   * @param timeout how long a question may wait for room in a socket
   */
  UdpExchange(Loop loop, Duration timeout) {
    this.loop = loop;
    this.timeout = timeout;
  }

  /** Where all ports receive: none waits between receiving and having done with it. */
  DatagramBatch answers() {
    return answers;
  }

  /**
   * Begins to ask a server; {@link #forget} ends that early. Does not wait.
   *
   * @throws IOException if it cannot be asked at all
   */
  void begin(InetSocketAddress server, UdpQuestion question) throws IOException {
    UdpPort port = ports.get(server);
    if (port == null || !port.takes(question.id)) {
      port = new UdpPort(loop, this, server);
      ports.put(server, port);
      port.expect(question);
      port.start();
    } else {
      port.expect(question);
    }
    unsent.add(question);
    if (!sending) {
      sending = true;
      loop.spawn("DNS questions", this::send);
    }
  }

  /** Nobody waits for the answer any more. Does not wait; does nothing when repeated. */
  void forget(UdpQuestion question) {
    UdpPort port = question.port;
    if (port != null) {
      port.forget(question);
    }
  }

  /** A port takes no more questions. */
  void closed(UdpPort port) {
    ports.remove(port.server(), port);
  }

  private void send() {
    try {
      UdpQuestion next;
      while ((next = unsent.peek()) != null) {
        UdpPort port = next.port;
        if (port == null) {
          // Given up already.
          unsent.remove();
        } else {
          takeAll(port);
          port.send(batch, timeout);
        }
      }
    } finally {
      sending = false;
    }
  }

  /** Puts into the batch what is to leave from a port next. */
  private void takeAll(UdpPort port) {
    batch.clear();
    UdpQuestion next;
    while ((next = unsent.peek()) != null && next.port == port && batch.size() < batch.capacity()) {
      unsent.remove();
      batch.add(Wire.write(next.question, next.id, next.edns));
    }
  }

  @Override
  public Reply ask(InetSocketAddress server, Question question, int id, boolean edns)
      throws IOException {
    long deadline = loop.clock().nanoTime() + timeout.toNanos();
    Awaited asked = new Awaited(question, id, edns, deadline);
    begin(server, asked);
    try {
      asked.reply.join();
    } finally {
      forget(asked);
    }
    return valueOf(asked.reply);
  }

  /** A question for whose answer a greenlet waits. */
  private static final class Awaited extends UdpQuestion {
    final AsyncResult<Reply> reply;

    Awaited(Question question, int id, boolean edns, long deadline) {
      super(question, id, edns, deadline);
      this.reply = new AsyncResult<>(question.name());
    }

    @Override
    void replied(Reply answer) {
      reply.set(answer);
    }

    @Override
    void failed(Throwable error) {
      reply.setException(error);
    }
  }

  private static Reply valueOf(AsyncResult<Reply> ended) throws IOException {
    Reply reply = ended.value();
    if (reply != null) {
      return reply;
    }
    switch (ended.exception()) {
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case null, default ->
          throw new IllegalStateException("no answer was received", ended.exception());
    }
  }
}
