package dev.loomlet.sim.net;

import dev.loomlet.engine.VirtualSockets;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Says which of many numbers are ready (epoll(7), level-triggered), in the order in which they may
 * have become so.
 */
final class SimSelector extends SimDescriptor {
  private final Map<NumberedSocket, Integer> interests = new LinkedHashMap<>();

  /** Those that may be ready; whoever is not among them is not. */
  private final Set<NumberedSocket> candidates = new LinkedHashSet<>();

  SimSelector(Fabric fabric) throws IOException {
    super(fabric, fabric.current().machine);
    fabric.current().opened(this);
  }

  void look(NumberedSocket socket, int interest) {
    if (interest == 0) {
      forget(socket);
      return;
    }
    interests.put(socket, interest);
    socket.selectors().add(this);
    changed(socket);
  }

  void forget(NumberedSocket socket) {
    interests.remove(socket);
    candidates.remove(socket);
    socket.selectors().remove(this);
  }

  /** Something may have become ready. */
  void changed(NumberedSocket socket) {
    if (interests.containsKey(socket)) {
      candidates.add(socket);
      readableNow();
    }
  }

  int select(int most, VirtualSockets.Found found) throws IOException {
    begin();
    int count = 0;
    for (Iterator<NumberedSocket> each = candidates.iterator(); each.hasNext() && count < most; ) {
      NumberedSocket socket = each.next();
      int ready = readyOf(socket);
      if (ready == 0) {
        each.remove();
      } else {
        found.take(socket.number(), ready);
        count++;
      }
    }
    return count;
  }

  private int readyOf(NumberedSocket socket) {
    return socket.readyFor(interests.getOrDefault(socket, 0));
  }

  @Override
  boolean canRead() {
    candidates.removeIf(each -> readyOf(each) == 0);
    return !candidates.isEmpty();
  }

  @Override
  boolean canWrite() {
    return false;
  }

  @Override
  String describe() {
    return "a selector";
  }

  @Override
  public void close() {
    if (markClosed()) {
      for (NumberedSocket each : interests.keySet()) {
        each.selectors().remove(this);
      }
      interests.clear();
      candidates.clear();
    }
  }
}
