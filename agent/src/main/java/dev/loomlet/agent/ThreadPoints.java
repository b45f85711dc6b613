package dev.loomlet.agent;

import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Set;

/** What makes threads greenlets, and what asks a thread that one stands in for. */
final class ThreadPoints {
  private static final String THREAD = "java.lang.Thread";
  private static final String BUILDERS = "java.lang.ThreadBuilders$Platform";
  private static final String FUTURE = "java.util.concurrent.CompletableFuture";
  private static final String POOL = "java.util.concurrent.ForkJoinPool";
  private static final ClassDesc IN_THREAD = ClassDesc.of(THREAD);
  private static final ClassDesc EXECUTOR = ClassDesc.of("java.util.concurrent.Executor");
  private static final ClassDesc UNIT = ClassDesc.of("java.util.concurrent.TimeUnit");
  private static final ClassDesc RUNNABLE = ClassDesc.of("java.lang.Runnable");
  private static final ClassDesc SUPPLIER = ClassDesc.of("java.util.function.Supplier");

  private static final String START = "a thread that is started on a loop becomes a greenlet";
  private static final String ASK = "asks the greenlet that stands in";
  private static final String REAL = "who asks for a platform thread gets one";
  private static final String COMMON = "on a loop, the loop is the common pool";

  static final List<PatchPoint> ALL =
      List.of(
          point(
              THREAD,
              "start",
              "()V",
              START,
              code -> {
                code.aload(0);
                PatchPoints.returnIf(code, HookMethod.START);
              }),
          point(
              THREAD,
              "start",
              "(Ljdk/internal/vm/ThreadContainer;)V",
              START,
              code -> {
                code.aload(0).aload(1);
                PatchPoints.returnIf(code, HookMethod.START_IN_CONTAINER);
              }),
          point(
              BUILDERS + "ThreadBuilder",
              "unstarted",
              "(" + RUNNABLE.descriptorString() + ")" + IN_THREAD.descriptorString(),
              REAL,
              ThreadPoints::markTask),
          point(
              BUILDERS + "ThreadFactory",
              "newThread",
              "(" + RUNNABLE.descriptorString() + ")" + IN_THREAD.descriptorString(),
              REAL,
              ThreadPoints::markTask),
          point(
              THREAD,
              "alive",
              "()Z",
              ASK,
              code ->
                  orOn(
                      code,
                      () -> {
                        code.aload(0);
                        HookMethod.STAND_IN.call(code);
                      },
                      () -> code.pop().iconst_1().ireturn())),
          point(
              THREAD,
              "interrupt",
              "()V",
              ASK,
              code -> {
                code.aload(0);
                PatchPoints.returnIf(code, HookMethod.INTERRUPT);
              }),
          point(
              THREAD,
              "isDaemon",
              "()Z",
              "threads made by a greenlet keep the program alive, as those made by main",
              code -> {
                code.aload(0);
                HookMethod.IS_NO_DAEMON.call(code);
                code.ifThen(no -> no.iconst_0().ireturn());
              }),
          point(THREAD, "isInterrupted", "()Z", ASK, ThreadPoints::isInterrupted),
          point(
              THREAD,
              "getState",
              "()Ljava/lang/Thread$State;",
              ASK,
              code -> asking(code, "getState", ClassDesc.of("java.lang.Thread$State"))),
          point(
              THREAD,
              "getStackTrace",
              "()[Ljava/lang/StackTraceElement;",
              ASK,
              code ->
                  asking(
                      code,
                      "getStackTrace",
                      ClassDesc.of("java.lang.StackTraceElement").arrayType())),
          point(
              THREAD,
              "setName",
              "(Ljava/lang/String;)V",
              ASK,
              code ->
                  orOn(
                      code,
                      () -> {
                        code.aload(0);
                        HookMethod.STAND_IN.call(code);
                      },
                      () ->
                          code.aload(1)
                              .invokevirtual(
                                  IN_THREAD,
                                  "setName",
                                  MethodTypeDesc.of(CD_void, ClassDesc.of("java.lang.String"))))),
          point(
              "java.util.concurrent.locks.LockSupport",
              "unpark",
              "(" + IN_THREAD.descriptorString() + ")V",
              ASK,
              code -> {
                code.aload(0);
                HookMethod.STAND_IN_OR_SELF.call(code);
                code.astore(0);
              }),
          point(
              FUTURE,
              "defaultExecutor",
              "()" + EXECUTOR.descriptorString(),
              COMMON,
              code -> orOn(code, () -> HookMethod.EXECUTOR.call(code), code::areturn)),
          starting("supplyAsync", SUPPLIER),
          starting("runAsync", RUNNABLE),
          point(
              FUTURE,
              "delayedExecutor",
              "(J" + UNIT.descriptorString() + ")" + EXECUTOR.descriptorString(),
              COMMON,
              code ->
                  orOn(
                      code,
                      () -> HookMethod.EXECUTOR.call(code),
                      () ->
                          code.astore(3)
                              .lload(0)
                              .aload(2)
                              .aload(3)
                              .invokestatic(
                                  ClassDesc.of(FUTURE),
                                  "delayedExecutor",
                                  MethodTypeDesc.of(EXECUTOR, CD_long, UNIT, EXECUTOR))
                              .areturn())),
          point(
              POOL,
              "execute",
              "(" + RUNNABLE.descriptorString() + ")V",
              COMMON,
              code ->
                  orOn(
                      code,
                      () -> {
                        code.aload(0);
                        HookMethod.EXECUTOR_FOR.call(code);
                      },
                      () ->
                          code.aload(1)
                              .invokeinterface(
                                  EXECUTOR, "execute", MethodTypeDesc.of(CD_void, RUNNABLE))
                              .return_())),
          submitting("Ljava/util/concurrent/Callable;"),
          submitting(RUNNABLE.descriptorString()));

  private ThreadPoints() {}

  private static PatchPoint point(
      String type, String method, String descriptor, String why, PatchPoint.Prefix prefix) {
    return new PatchPoint(Set.of(Topic.THREADS), type, method, descriptor, why, prefix);
  }

  private static PatchPoint starting(String method, ClassDesc work) {
    ClassDesc future = ClassDesc.of(FUTURE);
    return point(
        FUTURE,
        method,
        MethodTypeDesc.of(future, work).descriptorString(),
        COMMON,
        code ->
            orOn(
                code,
                () -> HookMethod.EXECUTOR.call(code),
                () ->
                    code.aload(0)
                        .swap()
                        .invokestatic(future, method, MethodTypeDesc.of(future, work, EXECUTOR))
                        .areturn()));
  }

  private static PatchPoint submitting(String work) {
    ClassDesc task = ClassDesc.of("java.util.concurrent.ForkJoinTask");
    return point(
        POOL,
        "submit",
        "(" + work + ")" + task.descriptorString(),
        COMMON,
        code ->
            orOn(
                code,
                () -> {
                  code.aload(0).aload(1);
                  HookMethod.SUBMIT.call(code);
                },
                () -> code.checkcast(task).areturn()));
  }

  private static void markTask(CodeBuilder code) {
    code.aload(1);
    HookMethod.REAL.call(code);
    code.astore(1);
  }

  private static void asking(CodeBuilder code, String method, ClassDesc result) {
    orOn(
        code,
        () -> {
          code.aload(0);
          HookMethod.STAND_IN.call(code);
        },
        () -> code.invokevirtual(IN_THREAD, method, MethodTypeDesc.of(result)).areturn());
  }

  private static void isInterrupted(CodeBuilder code) {
    Label goOn = code.newLabel();
    code.aload(0);
    HookMethod.IS_INTERRUPTED.call(code);
    code.dup().iflt(goOn).ireturn().labelBinding(goOn).pop();
  }

  /** Does something with what a hook returns if that is not null; else goes on. */
  private static void orOn(CodeBuilder code, Runnable hook, Runnable use) {
    Label nothing = code.newLabel();
    Label goOn = code.newLabel();
    hook.run();
    code.dup().ifnull(nothing);
    use.run();
    code.goto_(goOn).labelBinding(nothing).pop().labelBinding(goOn);
  }
}
