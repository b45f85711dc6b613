package dev.loomlet.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** Calls code back from C, so that a native frame is on the stack. */
public final class NativeFrame {
  private final Runnable code;
  private @Nullable RuntimeException failure;
  private boolean called;

  private NativeFrame(Runnable code) {
    this.code = code;
  }

  /** Runs the code under a native frame, once. What it throws comes out. */
  public static void under(Runnable code) {
    NativeFrame frame = new NativeFrame(code);
    try (Arena arena = Arena.ofConfined()) {
      Linker linker = Linker.nativeLinker();
      MethodHandle sort =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("qsort"),
              FunctionDescriptor.ofVoid(
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS));
      MethodHandle compare =
          MethodHandles.lookup()
              .bind(
                  frame,
                  "compare",
                  MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
      MemorySegment callback =
          linker.upcallStub(
              compare,
              FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
              arena);
      sort.invokeExact(arena.allocate(8), 2L, 4L, callback);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    if (frame.failure != null) {
      throw frame.failure;
    }
  }

  int compare(MemorySegment first, MemorySegment second) {
    if (!called) {
      called = true;
      try {
        code.run();
      } catch (RuntimeException e) {
        failure = e;
      }
    }
    return 0;
  }
}
