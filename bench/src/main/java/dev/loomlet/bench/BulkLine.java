package dev.loomlet.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** A sender and a receiver of bulk data, in processes of their own, with one connection. */
final class BulkLine {
  /** So much is sent at a time: what takes some hundredths of a second. */
  private static final int PIECES = 1000;

  /** So much if it is the orders and the answers that are to be practised. */
  private static final int FEW_PIECES = 5;

  private static final double MIB = 1 << 20;
  private static final double KIB = 1 << 10;

  private final Dialogue sender;
  private final ServerProcess receiver;

  /** All that was sent up to now. */
  private double sentBytes;

  /** What came out of one transfer. */
  record Transfer(double mibPerSecond, double seconds) {}

  /** What both sides have used up to a moment, and for how many bytes. */
  record Used(double bytes, double sendNanos, double receiveNanos) {
    /** Since an earlier moment, the times for each KiB. */
    Used since(Used earlier) {
      double sent = bytes - earlier.bytes;
      return new Used(
          sent,
          (sendNanos - earlier.sendNanos) / (sent / KIB),
          (receiveNanos - earlier.receiveNanos) / (sent / KIB));
    }
  }

  /** Neither may be at work for another line while this one is used. */
  BulkLine(Dialogue sender, ServerProcess receiver) {
    this.sender = sender;
    this.receiver = receiver;
  }

  /**
   * Sends some pieces and awaits that they were received.
   *
   * @throws IOException if it fails
   */
  Transfer transfer() throws IOException {
    return transfer(PIECES);
  }

  private Transfer transfer(int pieces) throws IOException {
    Map<?, ?> answer = sender.ask(receiver.port() + " " + pieces);
    double bytes = Json.number(answer, "bytes");
    double seconds = Json.number(answer, "seconds");
    sentBytes += bytes;
    return new Transfer(bytes / MIB / seconds, seconds);
  }

  /**
   * Has both sides do all that is measured until it is compiled: the orders, which are few in a
   * long time of the usual transfers, and the transfers.
   */
  void warmUp(Duration time) throws IOException {
    long half = time.toNanos() / 2;
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < half) {
      transfer(FEW_PIECES);
    }
    while (System.nanoTime() - begin < 2 * half) {
      transfer();
    }
  }

  /** What both sides have used up to now. */
  Used used() throws IOException {
    try {
      return new Used(sentBytes, sample().cpuNanos(), receiver.sample().cpuNanos());
    } catch (IllegalStateException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private ProcessSample sample() throws IOException {
    return ProcessSample.of(sender.pid())
        .orElseThrow(() -> new IOException("the sender has ended"));
  }

  /** Has both go on after {@link #pause}. */
  void resume() {
    receiver.resume();
    sender.resume();
  }

  /** Puts both aside, so that they take no time from others. */
  void pause() {
    receiver.pause();
    sender.pause();
  }
}
