package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * What the classes of system calls share: how functions of the C library are bound, and where a
 * failed call leaves its error.
 *
 * <p>One object belongs to one thread. A call gives its result, or a negative error number.
 *
 * <p>Each shape of a call (its types, and how it is made) costs milliseconds when it is bound, a
 * second function of the same shape next to nothing. So all functions of integers and addresses are
 * called in one shape, as seven integers of 64 bits: on the processors that {@link Layout} knows,
 * arguments and result are in registers, of which a function looks at those, and at the part of
 * each, that it has. Where it promises an {@code int}, only the lower half of the result counts.
 */
abstract class NativeCalls {
  private static final Linker LINKER = Linker.nativeLinker();

  private static final FunctionDescriptor WORDS =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  /** Bound with the first call that never blocks. */
  private static final class Quick {
    static final MethodHandle CALL = words(Linker.Option.critical(false), capture(), variadic(1));

    /** Errors that nobody asks for; written by any thread. */
    static final MemorySegment IGNORED =
        Arena.global().allocate(Linker.Option.captureStateLayout());
  }

  /** Bound with the first call that may block. */
  private static final class Slow {
    static final MethodHandle CALL = words(capture(), variadic(1));
  }

  /** Where a failed call leaves {@code errno}. */
  final MemorySegment state = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());

  /** Numbers and layouts that depend on the processor. */
  final Layout layout = Layout.of(System.getProperty("os.arch", ""));

  private long made;

  NativeCalls() {}

  /**
   * How many calls have given a result by {@link #result}, so far. An estimate on other threads.
   */
  public final long made() {
    return made;
  }

  /** For functions with a variable number of arguments, such as syscall(2) and fcntl(2). */
  static Linker.Option variadic(int fixedArguments) {
    return Linker.Option.firstVariadicArg(fixedArguments);
  }

  static Linker.Option capture() {
    return Linker.Option.captureCallState("errno");
  }

  @SuppressWarnings("restricted") // this class is why the module needs native access
  private static MethodHandle words(Linker.Option... options) {
    return LINKER.downcallHandle(WORDS, options);
  }

  /** Where a function of the C library is. */
  static MemorySegment function(String name) {
    return LINKER
        .defaultLookup()
        .find(name)
        .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
  }

  /** Where a function is, or null if this C library does not have it. */
  static @Nullable MemorySegment functionIfPresent(String name) {
    return LINKER.defaultLookup().find(name).orElse(null);
  }

  /** Calls a function that never blocks; see the class. */
  final long quickly(MemorySegment function, long a, long b, long c) {
    return quickly(function, a, b, c, 0, 0, 0, 0);
  }

  /** Calls a function that never blocks; see the class. */
  final long quickly(
      MemorySegment function, long a, long b, long c, long d, long e, long f, long g) {
    return quicklyWith(state, function, a, b, c, d, e, f, g);
  }

  /** Calls a function that never blocks, and whose error is of no interest. Any thread. */
  static long regardless(MemorySegment function, long a, long b, long c, long d, long e) {
    return quicklyWith(Quick.IGNORED, function, a, b, c, d, e, 0, 0);
  }

  private static long quicklyWith(
      MemorySegment state,
      MemorySegment function,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      long g) {
    try {
      return (long) Quick.CALL.invokeExact(function, state, a, b, c, d, e, f, g);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Calls a function that may block; see the class. */
  final long slowly(
      MemorySegment function, long a, long b, long c, long d, long e, long f, long g) {
    try {
      return (long) Slow.CALL.invokeExact(function, state, a, b, c, d, e, f, g);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Binds a function that never blocks; the first argument of its handle is {@link #state}. */
  static MethodHandle quick(String name, MemoryLayout result, MemoryLayout... arguments) {
    return bind(
        name, FunctionDescriptor.of(result, arguments), Linker.Option.critical(false), capture());
  }

  /** Binds a function that may block; the first argument of its handle is {@link #state}. */
  static MethodHandle blocking(String name, MemoryLayout result, MemoryLayout... arguments) {
    return bind(name, FunctionDescriptor.of(result, arguments), capture());
  }

  static MethodHandle bind(String name, FunctionDescriptor descriptor, Linker.Option... options) {
    MethodHandle handle = bindIfPresent(name, descriptor, options);
    if (handle == null) {
      throw new UnsupportedOperationException("the C library has no " + name);
    }
    return handle;
  }

  @SuppressWarnings("restricted") // this class is why the module needs native access
  static @Nullable MethodHandle bindIfPresent(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    return LINKER
        .defaultLookup()
        .find(name)
        .map(address -> LINKER.downcallHandle(address, descriptor, options))
        .orElse(null);
  }

  /** The error of the call that failed last. */
  final int errno() {
    return state.get(JAVA_INT, 0);
  }

  /** What a call gives to its caller. */
  final int result(int returned) {
    made++;
    return returned >= 0 ? returned : -errno();
  }

  /** What a call gives to its caller. */
  final long result(long returned) {
    made++;
    return returned >= 0 ? returned : -errno();
  }

  /**
   * What the binding of a call throws is about the caller's memory: its arena was closed, or it
   * belongs to another thread. The call was not made then.
   */
  static AssertionError impossible(Throwable e) {
    if (e instanceof RuntimeException ofMemory) {
      throw ofMemory;
    }
    return new AssertionError("a system call cannot throw", e);
  }
}
