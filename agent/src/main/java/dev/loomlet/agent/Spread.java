package dev.loomlet.agent;

import dev.loomlet.jdk.GreenletScheduler;
import dev.loomlet.jdk.JdkInternals;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Spreads virtual threads over several loops: those that code which knows nothing of Loomlet starts
 * on one of the loops go to all of them in turn. Greenlets stay where they are spawned.
 */
public final class Spread {
  private static final String VIRTUAL_THREAD = "java.lang.VirtualThread";

  static final PatchPoint POINT =
      new PatchPoint(
          Set.of(),
          VIRTUAL_THREAD,
          ConstantDescs.INIT_NAME,
          "(Ljava/util/concurrent/Executor;Ljava/lang/String;ILjava/lang/Runnable;)V",
          "virtual threads of a loop are spread over all loops",
          Spread::chooseScheduler);

  private static final CopyOnWriteArrayList<GreenletScheduler> LOOPS = new CopyOnWriteArrayList<>();
  private static final AtomicInteger TURN = new AtomicInteger();

  private Spread() {}

  private static void chooseScheduler(CodeBuilder code) {
    code.aload(1);
    HookMethod.SCHEDULER.call(code);
    code.checkcast(ClassDesc.of(Executor.class.getName())).astore(1);
  }

  /**
   * Has the JDK ask. Without loops that have joined it changes nothing.
   *
   * @throws IllegalStateException if this JVM cannot be patched; says why
   */
  public static void install() {
    String reason = Patch.spread();
    if (reason != null) {
      throw new IllegalStateException(reason);
    }
  }

  /** The caller's loop takes part from now on. In a greenlet. */
  public static void join() {
    LOOPS.addIfAbsent(own());
  }

  /** The caller's loop takes part no longer. In a greenlet. */
  public static void leave() {
    LOOPS.remove(own());
  }

  private static GreenletScheduler own() {
    GreenletScheduler own = JdkInternals.schedulerOf(Thread.currentThread());
    if (own == null) {
      throw new IllegalStateException("only a greenlet has a loop that can take part");
    }
    return own;
  }

  /** Which scheduler a virtual thread that is being made gets; null leaves it to the JDK. */
  static @Nullable Object schedulerFor(@Nullable Object given) {
    if (given != null || LOOPS.isEmpty()) {
      return given;
    }
    GreenletScheduler own = JdkInternals.schedulerOf(Thread.currentThread());
    if (own == null || !LOOPS.contains(own)) {
      return null;
    }
    Object[] loops = LOOPS.toArray();
    return loops.length == 0 ? null : loops[Math.floorMod(TURN.getAndIncrement(), loops.length)];
  }
}
