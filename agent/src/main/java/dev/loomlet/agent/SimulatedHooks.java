package dev.loomlet.agent;

import java.io.FileDescriptor;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What patched methods call once {@link Patch#simulate} has been called, as {@link Hooks}. */
final class SimulatedHooks {
  private SimulatedHooks() {}

  /** {@code System.nanoTime}, called by the JDK. */
  static long nanoTime() {
    return SimulatedCalls.nanoTime();
  }

  /** {@code System.currentTimeMillis}, called by the JDK. */
  static long currentTimeMillis() {
    return SimulatedCalls.currentTimeMillis();
  }

  /** Whether the two above are not the machine's. */
  static boolean hasOwnClock() {
    return SimulatedCalls.hasOwnClock();
  }

  /** Whether chance is not the machine's. */
  static boolean isSimulated() {
    return SimulatedCalls.isSimulated();
  }

  /** The number of a thread; of all the same, where chance is not the machine's. */
  static long threadId(Thread thread) {
    return SimulatedCalls.isSimulated() ? 0 : thread.threadId();
  }

  /** A seed, for the how manyth that is asked for. */
  static long threadSeed(long count) {
    return SimulatedCalls.threadSeed(count);
  }

  /** {@code Math.random}, where chance is not the machine's. */
  static double randomDouble() {
    return SimulatedCalls.randomDouble();
  }

  /** {@code SecureRandom.nextBytes}: whether it was done here. */
  static boolean fill(byte[] bytes) {
    return SimulatedCalls.fill(bytes);
  }

  /** {@code InetAddress.getLocalHost}; null if it was not done here. */
  static @Nullable Object localHost() throws IOException {
    return SimulatedCalls.isSimulated() ? HostNames.localHost() : null;
  }

  /** {@code ConcurrentHashMap.newKeySet}: one that keeps its order. */
  static Set<?> keys() {
    return new OrderedKeys();
  }

  /** {@code Thread.currentThread}: the thread that the caller stands in for, if it does. */
  static Thread currentThread() {
    return StandIns.originalOf(Thread.currentThread());
  }

  /** Whether a descriptor is of a simulation. */
  static boolean servesNumber(int fd) {
    return VirtualCalls.serves(fd);
  }

  /** The same. */
  static boolean serves(@Nullable FileDescriptor descriptor) {
    return descriptor != null && VirtualCalls.serves(JdkAccess.numberOf(descriptor));
  }

  /** The same, of one that a socket or channel of a simulation may not be without. */
  static boolean servesSocket(@Nullable FileDescriptor descriptor) {
    return descriptor != null && VirtualCalls.servesSocket(JdkAccess.numberOf(descriptor));
  }

  /** The same, of a selector. */
  static boolean servesSelector(int fd) {
    return VirtualCalls.servesSocket(fd);
  }

  /** A file of the machine is about to be used. */
  static void usesFile() {
    Escapes.refuseFile();
  }

  /** Something of the machine is about to be used. */
  static void leaves(String what) {
    Escapes.refuse(what);
  }

  /** A thread is about to be started that is no greenlet. */
  static void starts(Thread thread) {
    Escapes.refuseThread(thread);
  }

  /** Work is about to be given to a pool's threads, which are no greenlets. */
  static void forks() {
    Escapes.refuseFork();
  }

  /** A stream is about to be made that reads from a descriptor. */
  static void opens(@Nullable FileDescriptor descriptor) {
    if (descriptor == FileDescriptor.in) {
      Escapes.refuse(Escapes.STANDARD_INPUT);
    }
  }
}
