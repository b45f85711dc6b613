package dev.loomlet.sim.world;

/** What a trace can hold, other than steps. */
public enum EventKind {
  /** A remark of the program. */
  NOTE(""),
  /** A host begins to run its program. */
  START("starts"),
  /** A host has lost power. */
  CRASH("crashes: power lost"),
  /** A host's program was killed. */
  KILL("is killed"),
  /** A host is asked to end. */
  STOP("is asked to stop"),
  /** A greenlet failed. */
  FAILED("fails"),
  /** Two hosts cannot reach one another. */
  PARTITION("cannot reach"),
  /** They can again. */
  HEAL("can reach again"),
  /** What a link is like was changed. */
  LINK("link"),
  /** A clock was set wrong. */
  SKEW("clock ahead by ns"),
  /** A connection is asked for. */
  SYN("connect"),
  /** A connection was made. */
  ESTABLISHED("connected"),
  /** Nobody listens. */
  REFUSED("refuses"),
  /** Bytes of a connection have arrived. */
  DATA("bytes"),
  /** The end of a stream has arrived. */
  FIN("end of stream"),
  /** A connection was reset. */
  RESET("reset"),
  /** Something of a connection could not get through and will be sent again. */
  HELD("held up, sent again later"),
  /** A connection was given up. */
  GIVEN_UP("given up: no answer"),
  /** A datagram has arrived. */
  DATAGRAM("datagram of bytes"),
  /** A datagram was lost. */
  LOST("datagram lost of bytes"),
  /** A datagram was doubled. */
  DOUBLED("datagram doubled of bytes"),
  /** Nobody takes a datagram. */
  UNREACHABLE("port unreachable"),
  /** Bytes were written to a file. */
  WRITE("writes bytes"),
  /** A file was made durable. */
  SYNC("syncs"),
  /** A disk failed. */
  DISK_FAULT("disk fails"),
  /** What a disk has lost at a crash. */
  DISK_LOST("disk loses unsynced bytes");

  private final String text;

  EventKind(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
