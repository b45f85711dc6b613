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
import org.jspecify.annotations.Nullable;

/**
 * Over UDP. Questions that are under way at the same time share a port, some of them; one that is
 * alone has its own. Those that are asked in the same turn of the loop leave together, at its end,
 * or when they are as many as leave together at most: a thousand greenlets that ask at once would
 * keep the loop from its turn's end, and the server from its work.
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

  /** Whether there is a greenlet that sends, and whether the batch is in its use. */
  private boolean sending;

  private boolean batchInUse;

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
    if (unsent.size() == batch.capacity() && !batchInUse) {
      sendNow();
    }
    if (!sending && !unsent.isEmpty()) {
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
      UdpPort port;
      while ((port = nextPort()) != null) {
        fill(port);
        drop(batch.size());
        batchInUse = true;
        port.send(batch, timeout);
        batchInUse = false;
      }
    } finally {
      batchInUse = false;
      sending = false;
    }
  }

  /** Sends as far as there is room; the rest is the greenlet's. */
  private void sendNow() {
    UdpPort port;
    while ((port = nextPort()) != null) {
      fill(port);
      int sent = port.sendNow(batch);
      drop(sent);
      if (sent < batch.size()) {
        return;
      }
    }
  }

  /** From where the next question is to leave; null if there is none that somebody waits for. */
  private @Nullable UdpPort nextPort() {
    UdpQuestion next;
    while ((next = unsent.peek()) != null) {
      if (next.port != null) {
        return next.port;
      }
      unsent.remove();
    }
    return null;
  }

  /** Puts into the batch what is to leave from a port next. */
  private void fill(UdpPort port) {
    batch.clear();
    for (UdpQuestion next : unsent) {
      if (next.port != port || batch.size() == batch.capacity()) {
        return;
      }
      batch.add(Wire.write(next.question, next.name, next.id, next.edns));
    }
  }

  private void drop(int count) {
    for (int i = 0; i < count; i++) {
      unsent.remove();
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
