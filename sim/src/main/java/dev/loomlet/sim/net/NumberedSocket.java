package dev.loomlet.sim.net;

import dev.loomlet.engine.VirtualSockets.Kind;
import dev.loomlet.jdk.ThreadParking;
import dev.loomlet.time.Timer;
import dev.loomlet.wait.Task;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is behind a number that the JDK has for a socket: at first nothing but an address and
 * options, then a listener, a handshake or a connection. Any number may wait for it.
 */
final class NumberedSocket {
  private final Fabric fabric;
  private final int number;
  private final Kind kind;
  private final Map<Long, Integer> options = new HashMap<>(4);
  private final List<Waiting> waiting = new ArrayList<>(2);
  private final List<SimSelector> selectors = new ArrayList<>(1);
  private SimDescriptor descriptor;
  private @Nullable SocketAddress bound;

  NumberedSocket(Fabric fabric, int number, Kind kind, SimDescriptor descriptor) {
    this.fabric = fabric;
    this.number = number;
    this.kind = kind;
    this.descriptor = descriptor;
    descriptor.observe(this::changed);
  }

  int number() {
    return number;
  }

  Kind kind() {
    return kind;
  }

  SimDescriptor descriptor() {
    return descriptor;
  }

  /** It has become something else; what it was before is none of its business any more. */
  void become(SimDescriptor next) {
    descriptor.observe(null);
    descriptor = next;
    next.observe(this::changed);
    changed();
  }

  /** Those that look at it. */
  List<SimSelector> selectors() {
    return selectors;
  }

  @Nullable SocketAddress bound() {
    return bound;
  }

  void bound(SocketAddress address) {
    bound = address;
  }

  int option(int level, int name, int otherwise) {
    return options.getOrDefault(key(level, name), otherwise);
  }

  void setOption(int level, int name, int value) {
    options.put(key(level, name), value);
  }

  private static long key(int level, int name) {
    return (long) level << 32 | name;
  }

  int readyFor(int interest) {
    return descriptor.readyFor(interest);
  }

  /** It may have become ready. */
  void changed() {
    for (Waiting each : waiting) {
      if (readyFor(each.interest) != 0) {
        fabric.context().unpark(each.sleeper);
      }
    }
    for (SimSelector each : List.copyOf(selectors)) {
      each.changed(this);
    }
  }

  void stop(int interest) {
    for (Waiting each : waiting) {
      if ((each.interest & interest) != 0) {
        fabric.context().unpark(each.sleeper);
      }
    }
  }

  /** Somebody who waits; woken when the time is over, too. */
  private final class Waiting extends Timer {
    final Thread sleeper = Thread.currentThread();
    final int interest;

    Waiting(int interest) {
      this.interest = interest;
    }

    @Override
    protected void fire() {
      fabric.context().unpark(sleeper);
    }

    @Override
    public String toString() {
      return descriptor.describe();
    }
  }

  /** See {@code VirtualSockets.await}; false if the caller cannot leave the loop's thread. */
  boolean await(int interest, long nanos, BooleanSupplier open) {
    if (readyFor(interest) != 0) {
      return true;
    }
    fabric.waits();
    Waiting self = new Waiting(interest);
    waiting.add(self);
    try {
      if (nanos > 0) {
        fabric.context().timers().schedule(self, nanos);
      }
      return !open.getAsBoolean() || park(self);
    } finally {
      waiting.remove(self);
      if (nanos > 0) {
        fabric.context().timers().cancel(self);
      }
    }
  }

  private static boolean park(Waiting self) {
    Task task = Task.of(self.sleeper);
    if (task == null) {
      return ThreadParking.park(self.sleeper, self);
    }
    task.beginWait(true);
    boolean parked = task.needsAttention() || ThreadParking.park(self.sleeper, self);
    task.endWaitAtCheckpoint();
    return parked;
  }
}
