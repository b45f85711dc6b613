package dev.loomlet;

import dev.loomlet.jdk.Signals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A handler of a signal, made by {@link Loomlet#onSignal}. Several may be registered for one signal
 * and all are called; when the last one is closed, or its loop has ended, the signal means what it
 * did before.
 */
public final class SignalRegistration implements AutoCloseable {
  private static final ReentrantLock LOCK = new ReentrantLock();

  /** By the name of the signal, under the lock. */
  private static final Map<String, Handled> HANDLED = new HashMap<>();

  private final String signal;
  private final Loop loop;
  private final Action action;

  /** A signal that somebody wants, and how to give it up. */
  private record Handled(List<SignalRegistration> registrations, Runnable restore) {}

  private SignalRegistration(String signal, Loop loop, Action action) {
    this.signal = signal;
    this.loop = loop;
    this.action = action;
  }

  static SignalRegistration open(String name, Loop loop, Action action) {
    String signal = withoutPrefix(name);
    SignalRegistration registration =
        new SignalRegistration(signal, loop, Objects.requireNonNull(action));
    LOCK.lock();
    try {
      Handled handled = HANDLED.get(signal);
      if (handled == null) {
        handled = new Handled(new ArrayList<>(), handle(signal));
        HANDLED.put(signal, handled);
      }
      handled.registrations.add(registration);
    } finally {
      LOCK.unlock();
    }
    return registration;
  }

  private static String withoutPrefix(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return upper.startsWith("SIG") ? upper.substring("SIG".length()) : upper;
  }

  private static Runnable handle(String signal) {
    try {
      return Signals.handle(signal, SignalRegistration::arrived);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "signal "
              + signal
              + " cannot be handled: there is none of that name, or the JVM keeps it for itself ("
              + e.getMessage()
              + "); INT, TERM, HUP and USR2 can, unless Java runs with -Xrs",
          e);
    }
  }

  /** On a thread of the JDK's. */
  private static void arrived(String signal) {
    boolean delivered = false;
    for (SignalRegistration each : registrations(signal)) {
      delivered |= each.deliver();
    }
    if (!delivered) {
      // The loops have ended without closing their registrations: do what was done before.
      Signals.raise(signal);
    }
  }

  private static List<SignalRegistration> registrations(String signal) {
    LOCK.lock();
    try {
      Handled handled = HANDLED.get(signal);
      return handled == null ? List.of() : List.copyOf(handled.registrations);
    } finally {
      LOCK.unlock();
    }
  }

  private boolean deliver() {
    if (!loop.isClosed()) {
      try {
        loop.spawn("SIG" + signal, action);
        return true;
      } catch (RejectedExecutionException e) {
        // It has been closed meanwhile.
      }
    }
    close();
    return false;
  }

  /** The signal, without SIG. */
  public String signal() {
    return signal;
  }

  /** Has the handler called no more. Closing it again has no effect. Any thread; does not wait. */
  @Override
  public void close() {
    LOCK.lock();
    try {
      Handled handled = HANDLED.get(signal);
      if (handled != null
          && handled.registrations.remove(this)
          && handled.registrations.isEmpty()) {
        HANDLED.remove(signal);
        handled.restore.run();
      }
    } finally {
      LOCK.unlock();
    }
  }

  @Override
  public String toString() {
    return "SignalRegistration[" + signal + ", " + loop + "]";
  }
}
