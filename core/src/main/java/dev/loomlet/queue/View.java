package dev.loomlet.queue;

import dev.loomlet.wait.Passage;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An {@link Exchange} as one sees it who asks why nothing passes. */
class View extends Passage {
  private final Exchange<?> exchange;

  View(Exchange<?> exchange) {
    this.exchange = exchange;
  }

  @Override
  public @Nullable Standstill standstill() {
    exchange.guard.lock();
    // Who waits for something to take cannot be there together with who waits for room.
    boolean toTake = exchange.takers.firstOpen() != null;
    boolean toPut = !toTake && exchange.putters.firstOpen() != null;
    exchange.guard.unlock();
    if (!toTake && !toPut) {
      return null;
    }
    Users others = toTake ? exchange.puts : exchange.takes;
    return new Standstill(toTake, others.past(), 0, false);
  }

  @Override
  public List<Thread> waiting(boolean toTake, int limit) {
    WaitLine line = toTake ? exchange.takers : exchange.putters;
    // Some more, lest it grow under the guard.
    List<Thread> threads = new ArrayList<>(Math.min(limit, line.size() + 8));
    exchange.guard.lock();
    Waiter each = line.first();
    while (each != null && threads.size() < limit) {
      threads.add(each.thread());
      each = line.after(each);
    }
    exchange.guard.unlock();
    return threads;
  }
}
