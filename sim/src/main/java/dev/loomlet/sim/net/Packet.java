package dev.loomlet.sim.net;

/** Something of a connection on its way. */
final class Packet {
  /** What it can be. */
  enum Kind {
    DATA,
    FIN,
    RESET,
    /** The receiver's program has taken so many bytes. */
    WINDOW
  }

  private static final byte[] NOTHING = {};

  final Kind kind;
  final byte[] data;
  final int amount;

  /** When it arrives, if it gets through. */
  long arrival;

  private Packet(Kind kind, byte[] data, int amount) {
    this.kind = kind;
    this.data = data;
    this.amount = amount;
  }

  static Packet data(byte[] data) {
    return new Packet(Kind.DATA, data, data.length);
  }

  static Packet fin() {
    return new Packet(Kind.FIN, NOTHING, 0);
  }

  static Packet reset() {
    return new Packet(Kind.RESET, NOTHING, 0);
  }

  static Packet window(int amount) {
    return new Packet(Kind.WINDOW, NOTHING, amount);
  }
}
