package dev.loomlet.dns;

import org.jspecify.annotations.Nullable;

/** A question that goes to a server by UDP, with somebody who is told how that ends. */
abstract class UdpQuestion {
  final Question question;

  /** Its name as it is sent. */
  final byte[] name;

  final int id;
  final boolean edns;

  /** When to give up, by the loop's clock. */
  final long deadline;

  /** From where it is asked, and the place there; none before and after. */
  @Nullable UdpPort port;

  int place;

  /**
   * Creates one that is not asked yet.
   *
   * @param edns whether long answers are welcome
   */
  UdpQuestion(Question question, int id, boolean edns, long deadline) {
    this.question = question;
    this.name = Wire.encoded(question);
    this.id = id;
    this.edns = edns;
    this.deadline = deadline;
  }

  /** This is the answer. Does not wait. */
  abstract void replied(Reply reply);

  /** There will be no answer. Does not wait. */
  abstract void failed(Throwable error);
}
