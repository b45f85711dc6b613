package dev.loomlet.sim.net;

import dev.loomlet.engine.DescriptorsExhaustedException;
import dev.loomlet.sim.world.Machine;
import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the kernel of one machine keeps for its network. */
final class NetStack {
  private static final int FIRST_EPHEMERAL = 32_768;
  private static final int LAST_EPHEMERAL = 60_999;

  final Machine machine;

  /** By the index of the other machine; null for what all have. */
  private @Nullable Link[] links = new @Nullable Link[8];

  /** Until when the way to each machine is taken by what was sent before. */
  private long[] busyUntil = new long[8];

  /** To which machines nothing gets through. */
  final BitSet blocked = new BitSet();

  /** In the order in which they were opened. */
  final LinkedHashSet<SimDescriptor> open = new LinkedHashSet<>();

  private final Map<Integer, List<SimListenSocket>> listeners = new HashMap<>();
  private final Map<String, SimListenSocket> unixListeners = new HashMap<>();
  private final Map<Integer, List<SimMessageSocket>> messages = new HashMap<>();

  /** Ports that clients have chosen for themselves. */
  private final Set<Integer> chosenPorts = new HashSet<>();

  private int nextPort = FIRST_EPHEMERAL;

  /** How long each read takes; 0 for no time. */
  long readDelayNanos;

  int descriptorLimit = Integer.MAX_VALUE;

  NetStack(Machine machine) {
    this.machine = machine;
  }

  @Nullable Link linkTo(Machine other) {
    return other.index() < links.length ? links[other.index()] : null;
  }

  void linkTo(Machine other, @Nullable Link link) {
    int index = other.index();
    if (index >= links.length) {
      links = Arrays.copyOf(links, Math.max(index + 1, links.length * 2));
    }
    links[index] = link;
  }

  void forgetLinks() {
    Arrays.fill(links, null);
  }

  /** Takes the way to a machine for a time; returns when it was free to begin. */
  long occupy(Machine other, long now, long nanos) {
    int index = other.index();
    if (index >= busyUntil.length) {
      busyUntil = Arrays.copyOf(busyUntil, Math.max(index + 1, busyUntil.length * 2));
    }
    long begin = Math.max(now, busyUntil[index]);
    busyUntil[index] = begin + nanos;
    return begin + nanos;
  }

  void opened(SimDescriptor descriptor) throws IOException {
    if (open.size() >= descriptorLimit) {
      throw new DescriptorsExhaustedException("cannot open " + descriptor.describe());
    }
    open.add(descriptor);
  }

  void forgetAll() {
    open.clear();
    listeners.clear();
    unixListeners.clear();
    messages.clear();
    chosenPorts.clear();
  }

  // ports of connections

  int freePort() throws BindException {
    for (int i = FIRST_EPHEMERAL; i <= LAST_EPHEMERAL; i++) {
      int port = nextPort;
      nextPort = port == LAST_EPHEMERAL ? FIRST_EPHEMERAL : port + 1;
      if (!listeners.containsKey(port)
          && !messages.containsKey(port)
          && !chosenPorts.contains(port)) {
        return port;
      }
    }
    throw new BindException("no port is free on host " + machine.name());
  }

  /** A socket that may become a client takes a port; whether it was free. */
  boolean choosePort(int port) {
    return !listeners.containsKey(port) && chosenPorts.add(port);
  }

  void releasePort(int port) {
    chosenPorts.remove(port);
  }

  List<SimListenSocket> listeners(int port) {
    return listeners.getOrDefault(port, List.of());
  }

  void add(int port, SimListenSocket listener) {
    listeners.computeIfAbsent(port, _ -> new ArrayList<>(1)).add(listener);
  }

  void remove(int port, SimListenSocket listener) {
    List<SimListenSocket> all = listeners.get(port);
    if (all != null) {
      all.remove(listener);
      if (all.isEmpty()) {
        listeners.remove(port);
      }
    }
  }

  @Nullable SimListenSocket unixListener(String path) {
    return unixListeners.get(path);
  }

  void add(String path, SimListenSocket listener) {
    unixListeners.put(path, listener);
  }

  void remove(String path) {
    unixListeners.remove(path);
  }

  // ports of datagrams

  List<SimMessageSocket> messages(int port) {
    return messages.getOrDefault(port, List.of());
  }

  void add(int port, SimMessageSocket socket) {
    messages.computeIfAbsent(port, _ -> new ArrayList<>(1)).add(socket);
  }

  void remove(int port, SimMessageSocket socket) {
    List<SimMessageSocket> all = messages.get(port);
    if (all != null) {
      all.remove(socket);
      if (all.isEmpty()) {
        messages.remove(port);
      }
    }
  }
}
