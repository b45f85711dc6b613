package dev.loomlet.sim.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A file or a directory, as it is seen and as it would be after a loss of power. */
final class Node {
  /** What a device writes as a whole or not at all. */
  private static final int SECTOR = 512;

  final boolean directory;

  /** What is in a directory, as programs see it, and as it is on the device. */
  final TreeMap<String, Node> entries = new TreeMap<>();

  private final TreeMap<String, Node> durableEntries = new TreeMap<>();

  final Content content = new Content();
  private final Content durable = new Content();

  /** Since the last sync, in their order. */
  private final List<Change> pending = new ArrayList<>();

  long modifiedMillis;
  long createdMillis;

  Node(boolean directory, long nowMillis) {
    this.directory = directory;
    this.modifiedMillis = nowMillis;
    this.createdMillis = nowMillis;
  }

  /** A write, or a change of the size if there is no data. */
  private static final class Change {
    final byte @Nullable [] data;
    final int position;

    Change(byte @Nullable [] data, int position) {
      this.data = data;
      this.position = position;
    }

    void applyTo(Content content) {
      if (data == null) {
        content.resize(position);
      } else {
        content.write(data, 0, data.length, position);
      }
    }

    /** Applies some of the sectors, or only a new size. */
    void applyTornTo(Content content, SplittableRandom random) {
      byte[] written = data;
      if (written == null) {
        return;
      }
      for (int from = 0; from < written.length; from += SECTOR) {
        if (random.nextBoolean()) {
          int length = Math.min(SECTOR, written.length - from);
          content.write(written, from, length, position + from);
        }
      }
    }
  }

  void write(byte[] data, int position) {
    Change change = new Change(data, position);
    change.applyTo(content);
    pending.add(change);
  }

  void resize(int size) {
    Change change = new Change(null, size);
    change.applyTo(content);
    pending.add(change);
  }

  /** Everything written is on the device now. */
  void sync() {
    for (Change each : pending) {
      each.applyTo(durable);
    }
    pending.clear();
  }

  /** A sync has failed: the kernel takes it for written, and the device does not have it. */
  void loseInSilence() {
    pending.clear();
  }

  void setDurable(String name, @Nullable Node node) {
    if (node == null) {
      durableEntries.remove(name);
    } else {
      durableEntries.put(name, node);
    }
  }

  /**
   * Power is lost.
   *
   * @param torn whether a write may be there in part
   * @return how many bytes did not make it
   */
  long losePower(SplittableRandom random, boolean torn) {
    long lost = 0;
    for (Change each : pending) {
      int fate = random.nextInt(torn ? 3 : 2);
      if (fate == 0) {
        lost += each.data == null ? 0 : each.data.length;
      } else if (fate == 1) {
        each.applyTo(durable);
      } else {
        each.applyTornTo(durable, random);
        lost += each.data == null ? 0 : each.data.length;
      }
    }
    pending.clear();
    content.copyOf(durable);
    entries.clear();
    entries.putAll(durableEntries);
    for (Node each : entries.values()) {
      lost += each.losePower(random, torn);
    }
    return lost;
  }

  /** How many bytes it has, with all that is in it. */
  long total() {
    long total = content.size();
    for (Node each : entries.values()) {
      total += each.total();
    }
    return total;
  }
}
