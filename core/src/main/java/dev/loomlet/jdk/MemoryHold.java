package dev.loomlet.jdk;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.internal.foreign.AbstractMemorySegmentImpl;

/**
 * Keeps memory outside of the heap from being freed while somebody else works in it, as the JDK
 * does for the arguments of a native call, but over more than one.
 *
 * <p>Whoever closes the memory's arena meanwhile gets the {@link IllegalStateException} of {@link
 * java.lang.foreign.Arena#close}. Memory that the collector frees must be kept reachable besides.
 */
public final class MemoryHold {
  private static final boolean POSSIBLE = isExported();

  private MemoryHold() {}

  private static boolean isExported() {
    try {
      JdkInternals.exportToUs(MethodHandles.lookup(), "jdk.internal.foreign");
      // Fails at once where the JDK has no such thing.
      MemorySegment none = MemorySegment.NULL;
      hold(none);
      letGo(none);
      return true;
    } catch (ReflectiveOperationException | LinkageError e) {
      return false;
    }
  }

  /** Whether this JDK lets us; if not, the other methods must not be called. */
  public static boolean isPossible() {
    return POSSIBLE;
  }

  /**
   * Keeps a segment's memory until {@link #letGo}. On the thread that owns its arena, if there is
   * one.
   *
   * @throws IllegalStateException if its arena is closed
   * @throws WrongThreadException if its arena belongs to another thread
   */
  public static void hold(MemorySegment segment) {
    ((AbstractMemorySegmentImpl) segment).sessionImpl().acquire0();
  }

  /** Ends one {@link #hold}. */
  public static void letGo(MemorySegment segment) {
    ((AbstractMemorySegmentImpl) segment).sessionImpl().release0();
  }
}
