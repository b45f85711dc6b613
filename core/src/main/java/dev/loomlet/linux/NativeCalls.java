package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

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
 */
abstract class NativeCalls {
  private static final Linker LINKER = Linker.nativeLinker();

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
