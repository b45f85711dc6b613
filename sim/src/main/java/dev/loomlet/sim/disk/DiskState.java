package dev.loomlet.sim.disk;

import dev.loomlet.sim.Latency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The disk of one machine, and what is wrong with it. */
public final class DiskState {
  private static final Latency USUAL =
      Latency.uniform(Duration.ofNanos(2_000), Duration.ofNanos(60_000));
  private static final Latency USUAL_SYNC =
      Latency.uniform(Duration.ofNanos(100_000), Duration.ofNanos(4_000_000));

  final Node root;
  private final List<Rename> journal = new ArrayList<>();
  Latency latency = USUAL;
  Latency syncLatency = USUAL_SYNC;
  long capacity = Long.MAX_VALUE;
  double failureOdds;

  /** How many operations until one fails; 0 if none is to. */
  long failAfter;

  boolean torn = true;

  DiskState(long nowMillis) {
    root = new Node(true, nowMillis);
    Node tmp = new Node(true, nowMillis);
    root.entries.put("tmp", tmp);
    root.setDurable("tmp", tmp);
  }

  /** A change of names that the device may not have seen: at most two at once, as in a rename. */
  private record Rename(
      Node directory,
      String name,
      @Nullable Node put,
      @Nullable Node secondDirectory,
      @Nullable String secondName,
      @Nullable Node secondPut) {
    void apply() {
      directory.setDurable(name, put);
      if (secondDirectory != null && secondName != null) {
        secondDirectory.setDurable(secondName, secondPut);
      }
    }

    boolean touches(Node node) {
      return directory == node || secondDirectory == node;
    }
  }

  /** Gives a node a name, or takes it away. */
  void put(Node directory, String name, @Nullable Node node) {
    change(directory, name, node);
    journal.add(new Rename(directory, name, node, null, null, null));
  }

  /** Gives a node another name. */
  void rename(Node from, String name, Node to, String newName, Node node) {
    change(from, name, null);
    change(to, newName, node);
    journal.add(new Rename(from, name, null, to, newName, node));
  }

  private static void change(Node directory, String name, @Nullable Node node) {
    if (node == null) {
      directory.entries.remove(name);
    } else {
      directory.entries.put(name, node);
    }
  }

  /** The names in a directory are on the device now, and all that was changed before. */
  void syncNames(Node directory) {
    int last = -1;
    for (int i = 0; i < journal.size(); i++) {
      if (journal.get(i).touches(directory)) {
        last = i;
      }
    }
    List<Rename> done = journal.subList(0, last + 1);
    done.forEach(Rename::apply);
    done.clear();
  }

  /** Power is lost; returns how many bytes did not make it. */
  long losePower(SplittableRandom random) {
    int survive = random.nextInt(journal.size() + 1);
    for (int i = 0; i < survive; i++) {
      journal.get(i).apply();
    }
    journal.clear();
    return root.losePower(random, torn);
  }

  // what programs and faults set

  /** How long reads, writes and changes of names take. */
  public void latency(Latency newLatency) {
    latency = newLatency;
  }

  /** How long a sync takes. */
  public void syncLatency(Latency newLatency) {
    syncLatency = newLatency;
  }

  /** How many bytes it can hold. */
  public void capacity(long bytes) {
    capacity = bytes;
  }

  /** How often an operation fails. */
  public void failureOdds(double odds) {
    failureOdds = odds;
  }

  /** After how many operations one fails; 0 for none. */
  public void failAfter(long operations) {
    failAfter = operations;
  }

  /** Whether writes can be there in part after a loss of power. */
  public void torn(boolean can) {
    torn = can;
  }

  /** How many bytes are on it. */
  public long used() {
    return root.total();
  }
}
