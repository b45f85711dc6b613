package dev.loomlet.jdk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;
import org.jspecify.annotations.Nullable;

/**
 * A piece of code on a stack of its own, which can pause anywhere in its calls and be resumed
 * there: what generators and coroutines are made of.
 *
 * <p>It runs on the thread of whoever resumes it, platform or virtual, and nested in whatever runs
 * there. If that is a virtual thread and the code parks, the whole virtual thread is unmounted, and
 * this stack with it. It must always be resumed on the thread that did so first: compiled code
 * looks up the current thread only once, wherever it pauses meanwhile.
 *
 * <p>What belongs to a thread stays right on both sides of a change: the monitors it holds ({@link
 * HeldMonitors}), and bindings of scoped values, which belong to the stack that made them.
 *
 * <p>There are two roles with a scope each, so that a coroutine can pause in the middle of a
 * generator that it resumes: its pause passes the generator's stack.
 */
public final class Stackful {
  private final Frames frames;

  private Stackful(Frames frames) {
    this.frames = frames;
  }

  /**
   * Creates the stack of a generator, without running anything.
   *
   * @param body throws nothing
   * @throws IllegalStateException with {@link JdkInternals#unfitReason} on an unfit JVM
   */
  public static Stackful generator(Runnable body) {
    JdkInternals.requireFit();
    return new Stackful(new Frames(Frames.GENERATORS, body));
  }

  /** As {@link #generator}, for a coroutine. */
  public static Stackful coroutine(Runnable body) {
    JdkInternals.requireFit();
    return new Stackful(new Frames(Frames.COROUTINES, body));
  }

  /** Runs it up to its next pause or its end. Only if it is paused or new. */
  public void resume() {
    frames.resume();
  }

  /**
   * Goes back to whoever resumed it, until somebody resumes it again. Only in its own code.
   *
   * @return false if that is impossible at this place, for {@link #obstacle}
   */
  public boolean pause() {
    return frames.pause();
  }

  /** Why the last {@link #pause} was impossible, for an error message. */
  public String obstacle() {
    return frames.obstacle();
  }

  /**
   * Whether the caller is code of this generator itself, not of another generator or coroutine that
   * it runs. Only on the thread that resumed it.
   */
  public boolean isInnermost() {
    return Frames.innermostGenerator() == frames && !frames.occupied;
  }

  /**
   * Notes that the code of the innermost generator on this thread does nothing but run coroutines.
   *
   * @return for {@link #release}; null if there is no generator
   */
  public static @Nullable Object occupyGenerator() {
    Frames generator = Frames.innermostGenerator();
    if (generator == null || generator.occupied || generator.resumer != Thread.currentThread()) {
      return null;
    }
    generator.occupied = true;
    return generator;
  }

  /** Takes back {@link #occupyGenerator}. */
  public static void release(@Nullable Object occupied) {
    if (occupied != null) {
      ((Frames) occupied).occupied = false;
    }
  }

  /** Apart from its owner, because it cannot be loaded on an unfit JVM. */
  private static final class Frames extends Continuation {
    static final ContinuationScope GENERATORS = new ContinuationScope("loomlet generators");
    static final ContinuationScope COROUTINES = new ContinuationScope("loomlet coroutines");
    private static final VarHandle BINDINGS;

    static {
      try {
        BINDINGS =
            MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup())
                .findVarHandle(Thread.class, "scopedValueBindings", Object.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final ContinuationScope scope;
    private @Nullable Pinned pinned;
    private @Nullable Object @Nullable [] monitors;

    /** The thread that it runs on. */
    @Nullable Thread resumer;

    /** See {@link Stackful#occupyGenerator}. */
    boolean occupied;

    Frames(ContinuationScope scope, Runnable body) {
      super(scope, body);
      this.scope = scope;
    }

    static @Nullable Frames innermostGenerator() {
      return (Frames) Continuation.getCurrentContinuation(GENERATORS);
    }

    void resume() {
      Thread self = Thread.currentThread();
      if (resumer != self) {
        resumer = self;
      }
      Object bindings = BINDINGS.get(self);
      keepMonitors();
      run();
      bind(self, bindings);
    }

    boolean pause() {
      Thread self = Thread.currentThread();
      Object bindings = BINDINGS.get(self);
      keepMonitors();
      boolean paused = Continuation.yield(scope);
      bind(self, bindings);
      return paused;
    }

    private static void bind(Thread self, Object bindings) {
      if (BINDINGS.get(self) != bindings) {
        BINDINGS.set(self, bindings);
      }
    }

    private void keepMonitors() {
      if (HeldMonitors.any()) {
        if (monitors == null) {
          monitors = HeldMonitors.places();
        }
        HeldMonitors.inflateAll(monitors);
      }
    }

    /**
     * Called for the innermost stack, whichever around it was to pause. The JDK would throw here,
     * which must not be: a virtual thread around this stack parks in another way if it is pinned.
     */
    @Override
    protected void onPinned(Pinned reason) {
      for (Continuation each = this; each != null; each = each.getParent()) {
        if (each instanceof Frames frames) {
          frames.pinned = reason;
        }
      }
    }

    String obstacle() {
      return switch (Objects.requireNonNull(pinned)) {
        case NATIVE ->
            "a native method or a class initialiser is on the stack in between (a callback from"
                + " native code, a static block); call from outside of it";
        case MONITOR -> "a monitor is held in between; leave the synchronized block first";
        case CRITICAL_SECTION -> "the JDK is in a critical section in between; call after it";
        case EXCEPTION -> "the JVM is short of memory or stack; give it more";
      };
    }
  }
}
