package dev.loomlet.sim;

/** What can go wrong in a simulation by itself, if a {@link Swarm} has it. */
public enum Fault {
  /** Groups of hosts that cannot reach one another for a while. */
  PARTITION,
  /** Links that become slow for a while. */
  LATENCY,
  /** Datagrams that get lost, and connections that have to send again. */
  LOSS,
  /** Datagrams that arrive twice. */
  DUPLICATION,
  /** Connections that are reset. */
  RESET,
  /** Connections of which one end is gone without having said so. */
  HALF_OPEN,
  /** Hosts that read slowly for a while. */
  SLOW_READER,
  /** Clocks that are wrong. */
  SKEW,
  /** Hosts that lose power and come back. */
  CRASH,
  /** Disks that are full for a while. */
  DISK_FULL,
  /** Disks whose operations fail now and then. */
  DISK_ERROR
}
