package dev.loomlet.jdk;

import static java.lang.invoke.MethodType.methodType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the monitors that a thread holds with the thread while it changes between stacks.
 *
 * <p>HotSpot notes the monitors of a thread on a short <em>lock stack</em>, and freezing a
 * continuation takes all of them along, also those that belong to frames outside of it. A caller
 * that resumes a continuation inside {@code synchronized} would then no longer hold its monitor. A
 * monitor that is inflated is not on the lock stack but belongs to the thread by number. A full
 * lock stack makes room by inflating its oldest entry, so whoever enters as many monitors of its
 * own as there are places has inflated all others.
 *
 * <p>Whether there is anything to do is seen from the lock stack's top in the JVM's memory, at the
 * place that the JVM publishes for its debuggers. Where it cannot be found the work is done always:
 * slower, and as right.
 */
final class HeldMonitors {
  private static final int PLACES = 8;

  private static final MemorySegment MEMORY;

  /** From a platform thread's native structure to its lock stack's top, or -1. */
  private static final long TOP;

  private static final int EMPTY;
  private static final @Nullable VarHandle NATIVE_THREAD;
  private static final @Nullable MethodHandle CURRENT_CARRIER;

  static {
    MemorySegment memory = MemorySegment.NULL;
    long top = -1;
    int empty = 0;
    VarHandle nativeThread = null;
    MethodHandle carrier = null;
    try {
      MethodHandles.Lookup lookup =
          MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
      nativeThread = lookup.findVarHandle(Thread.class, "eetop", long.class);
      carrier = lookup.findStatic(Thread.class, "currentCarrierThread", methodType(Thread.class));
      memory = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
      long place = findTop(memory);
      if (place >= 0) {
        inflateAll(places());
        empty = memory.get(ValueLayout.JAVA_INT, nativeThread(carrier, nativeThread) + place);
        top = place;
      }
    } catch (Throwable e) {
      if (e instanceof VirtualMachineError fatal) {
        throw fatal;
      }
      // The slow way it is.
    }
    MEMORY = memory;
    TOP = top;
    EMPTY = empty;
    NATIVE_THREAD = nativeThread;
    CURRENT_CARRIER = carrier;
  }

  private HeldMonitors() {}

  /** Whether the lock stack can be seen, for tests. */
  static boolean isVisible() {
    return TOP >= 0;
  }

  /**
   * Whether the calling thread may hold a monitor that freezing a continuation would take along.
   */
  static boolean any() {
    MethodHandle carrier = CURRENT_CARRIER;
    VarHandle field = NATIVE_THREAD;
    if (TOP < 0 || carrier == null || field == null) {
      return true;
    }
    try {
      return MEMORY.get(ValueLayout.JAVA_INT, nativeThread(carrier, field) + TOP) != EMPTY;
    } catch (Throwable e) {
      throw new AssertionError("neither of both throws", e);
    }
  }

  private static long nativeThread(MethodHandle carrier, VarHandle field) throws Throwable {
    return (long) field.get((Thread) carrier.invokeExact());
  }

  /**
   * Takes every monitor that the calling thread holds off the lock stack.
   *
   * @param own an array that the heap refers to, or else the compiler would see that nobody can
   *     compete for these monitors and leave them out
   */
  static void inflateAll(@Nullable Object[] own) {
    enter(own, 0);
  }

  private static void enter(@Nullable Object[] own, int place) {
    if (place == own.length) {
      return;
    }
    Object monitor = own[place];
    if (monitor == null) {
      monitor = new Object();
      own[place] = monitor;
    }
    synchronized (monitor) {
      enter(own, place + 1);
    }
  }

  /** Places for {@link #inflateAll}. */
  static @Nullable Object[] places() {
    return new @Nullable Object[PLACES];
  }

  /** Looks up where the JVM keeps the top of a thread's lock stack; -1 if it does not tell. */
  private static long findTop(MemorySegment memory) {
    Path folder = Path.of(System.getProperty("java.home"), "lib", "server");
    Path file = folder.resolve(System.mapLibraryName("jvm"));
    if (!Files.exists(file)) {
      return -1;
    }
    SymbolLookup symbols = SymbolLookup.libraryLookup(file, Arena.global());
    long entry = number(memory, symbols, "gHotSpotVMStructs");
    long stride = number(memory, symbols, "gHotSpotVMStructEntryArrayStride");
    long type = number(memory, symbols, "gHotSpotVMStructEntryTypeNameOffset");
    long name = number(memory, symbols, "gHotSpotVMStructEntryFieldNameOffset");
    long offset = number(memory, symbols, "gHotSpotVMStructEntryOffsetOffset");
    long lockStack = -1;
    long top = -1;
    for (; number(memory, entry + type) != 0; entry += stride) {
      switch (text(memory, entry + type) + "." + text(memory, entry + name)) {
        case "JavaThread._lock_stack" -> lockStack = number(memory, entry + offset);
        case "LockStack._top" -> top = number(memory, entry + offset);
        default -> {}
      }
    }
    return lockStack < 0 || top < 0 ? -1 : lockStack + top;
  }

  private static long number(MemorySegment memory, SymbolLookup symbols, String name) {
    return number(memory, symbols.findOrThrow(name).address());
  }

  private static long number(MemorySegment memory, long address) {
    return memory.get(ValueLayout.JAVA_LONG, address);
  }

  private static String text(MemorySegment memory, long address) {
    long start = number(memory, address);
    return start == 0 ? "" : memory.getString(start);
  }
}
