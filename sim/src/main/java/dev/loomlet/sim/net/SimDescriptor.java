package dev.loomlet.sim.net;

import dev.loomlet.engine.EngineContext;
import dev.loomlet.engine.ReadWatch;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.engine.Watchable;
import dev.loomlet.sim.world.Machine;
import dev.loomlet.time.Timer;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/** A socket of a machine, and who waits for it: at most one who reads and one who writes. */
abstract class SimDescriptor implements Watchable, ReadWatch {
  final Fabric fabric;
  final Machine machine;

  /** The life of the machine in which it was opened. */
  final int epoch;

  private @Nullable Thread reader;
  private @Nullable Thread writer;
  private @Nullable Runnable watcher;
  private @Nullable Runnable observer;
  private boolean closed;

  SimDescriptor(Fabric fabric, Machine machine) {
    this.fabric = fabric;
    this.machine = machine;
    this.epoch = machine.epoch();
  }

  /** Whether reading would not wait. */
  abstract boolean canRead();

  /** Whether writing would not wait. */
  abstract boolean canWrite();

  /** What this is, for messages. */
  abstract String describe();

  /** Frees it. Does nothing when repeated. */
  public abstract void close();

  final EngineContext context() {
    return fabric.context();
  }

  /** Whether its machine has not crashed since it was opened. */
  final boolean isAlive() {
    return machine.isAlive(epoch);
  }

  final void begin() throws SocketException {
    context().checkCancelled();
    requireOpen();
    fabric.mayYield();
    if (closed) {
      throw closedWhileWaiting();
    }
  }

  final void requireOpen() throws SocketException {
    if (closed) {
      throw new SocketException(describe() + " is closed");
    }
  }

  final void beginRead() throws SocketException {
    begin();
    refuseSecondReader();
  }

  final void beginWrite() throws SocketException {
    begin();
    if (writer != null) {
      throw busy(writer, "waits to write to ");
    }
  }

  private void refuseSecondReader() {
    if (reader != null) {
      throw busy(reader, "waits to read from ");
    }
    if (watcher != null) {
      throw new ResourceBusyException(
          "a select waits for " + describe() + " to become readable; one at a time");
    }
  }

  private ResourceBusyException busy(Thread other, String doing) {
    return ResourceBusyException.of(other, doing + describe());
  }

  final SocketException closedWhileWaiting() {
    return new SocketException(describe() + " was closed while an operation was waiting");
  }

  final long deadline(long timeoutNanos) {
    return timeoutNanos == 0 ? 0 : context().clock().nanoTime() + timeoutNanos | 1;
  }

  final void awaitReadable(long deadline, long timeoutNanos, String doing) throws IOException {
    reader = Thread.currentThread();
    try {
      await(true, deadline, timeoutNanos, doing);
    } finally {
      reader = null;
    }
  }

  final void awaitWritable(long deadline, long timeoutNanos, String doing) throws IOException {
    writer = Thread.currentThread();
    try {
      await(false, deadline, timeoutNanos, doing);
    } finally {
      writer = null;
    }
  }

  /** Wakes a greenlet at its deadline. */
  private final class Alarm extends Timer {
    private final Thread sleeper = Thread.currentThread();
    boolean expired;

    @Override
    protected void fire() {
      expired = true;
      context().unpark(sleeper);
    }
  }

  private void await(boolean reading, long deadline, long timeoutNanos, String doing)
      throws IOException {
    fabric.waits();
    Alarm alarm = null;
    if (deadline != 0) {
      alarm = new Alarm();
      context().timers().scheduleAtNanoTime(alarm, deadline);
    }
    try {
      while (true) {
        context().park();
        if (closed) {
          throw closedWhileWaiting();
        }
        if (reading ? canRead() : canWrite()) {
          return;
        }
        if (alarm != null && alarm.expired) {
          throw new SocketTimeoutException(
              doing + " timed out after " + timeoutNanos / 1_000_000 + " ms: " + describe());
        }
      }
    } finally {
      if (alarm != null) {
        context().timers().cancel(alarm);
      }
    }
  }

  /** It may have become readable. */
  final void readableNow() {
    Thread waiting = reader;
    if (waiting != null) {
      context().unpark(waiting);
    }
    Runnable watching = watcher;
    if (watching != null) {
      watching.run();
    }
    tellObserver();
  }

  /** It may have become writable. */
  final void writableNow() {
    Thread waiting = writer;
    if (waiting != null) {
      context().unpark(waiting);
    }
    tellObserver();
  }

  private void tellObserver() {
    Runnable observing = observer;
    if (observing != null) {
      observing.run();
    }
  }

  /** Marks this closed; false if it was before. */
  final boolean markClosed() {
    if (closed) {
      return false;
    }
    closed = true;
    fabric.stack(machine).open.remove(this);
    readableNow();
    writableNow();
    return true;
  }

  @Override
  public final boolean isOpen() {
    return !closed;
  }

  @Override
  public final boolean isReadable() {
    refuseSecondReader();
    return closed || canRead();
  }

  @Override
  public final void watchReadable(Runnable whenReadable) {
    refuseSecondReader();
    watcher = whenReadable;
    if (closed || canRead()) {
      whenReadable.run();
    }
  }

  @Override
  public final void unwatchReadable() {
    watcher = null;
  }

  @Override
  public final int readyFor(int interest) {
    if (closed) {
      return interest;
    }
    int ready = (canRead() ? READ : 0) | (canWrite() ? WRITE : 0);
    return ready & interest;
  }

  @Override
  public final void observe(@Nullable Runnable newObserver) {
    if (newObserver != null && observer != null) {
      throw new ResourceBusyException(
          describe() + " is registered with another selector; one at a time");
    }
    observer = newObserver;
  }
}
