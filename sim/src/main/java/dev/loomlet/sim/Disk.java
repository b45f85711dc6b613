package dev.loomlet.sim;

import dev.loomlet.sim.disk.DiskState;

/**
 * The disk of a host, and what can be wrong with it. Programs use it by {@link
 * dev.loomlet.file.LoopFiles}; each host has its own files. It survives a crash, but not what was
 * written and not synced: content becomes durable by a sync of its file, a name by a sync of its
 * directory.
 */
public final class Disk {
  private final DiskState state;

  Disk(DiskState state) {
    this.state = state;
  }

  /** How long reads, writes and changes of names take. */
  public void latency(Latency latency) {
    state.latency(latency);
  }

  /** How long a sync takes. */
  public void syncLatency(Latency latency) {
    state.syncLatency(latency);
  }

  /**
   * How many bytes it can hold; more throws as a full disk does.
   *
   * @param bytes {@link Long#MAX_VALUE} for no limit
   */
  public void capacity(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("a disk holds 0 bytes or more, not " + bytes);
    }
    state.capacity(bytes);
  }

  /**
   * How often an operation fails. If a sync does, what was to be synced is not durable, and a later
   * sync does not make it so.
   *
   * @param odds from 0 to 1
   */
  public void failures(double odds) {
    Network.checkOdds(odds);
    state.failureOdds(odds);
  }

  /**
   * Has one operation fail.
   *
   * @param number which, counted from now on; 1 is the next; 0 for none
   */
  public void failAt(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("operations are counted from 1, not " + number);
    }
    state.failAfter(number);
  }

  /** Whether, after a crash, writes that were not synced can be there in part; true at first. */
  public void tornWrites(boolean can) {
    state.torn(can);
  }

  /** How many bytes are on it. */
  public long used() {
    return state.used();
  }
}
