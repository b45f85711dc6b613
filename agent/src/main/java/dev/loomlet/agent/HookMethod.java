package dev.loomlet.agent;

import static java.lang.invoke.MethodType.methodType;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.lang.invoke.MethodType;
import java.net.spi.InetAddressResolver;
import java.nio.channels.Selector;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * The methods of {@link Hooks} and {@link SimulatedHooks} as patched code sees them: static ones of
 * the hook class.
 */
@SuppressWarnings("ImmutableEnumChecker") // method types are immutable
enum HookMethod implements Hook {
  POLL("poll", methodType(boolean.class, int.class, int.class, long.class, BooleanSupplier.class)),
  POLL_SELECTOR("pollSelector", methodType(boolean.class, int.class, long.class)),
  SELECTED("selected", methodType(void.class, int.class)),
  POSTPONE_UPDATES("postponeUpdates", methodType(boolean.class, Selector.class)),
  PUT_OFF_WAKE_UP("putOffWakeUp", methodType(boolean.class, Selector.class)),
  STOP_POLL("stopPoll", methodType(void.class, int.class, int.class)),
  READ_SOCKET(
      "readSocket",
      methodType(int.class, FileDescriptor.class, byte[].class, int.class, int.class)),
  WRITE_SOCKET(
      "writeSocket",
      methodType(int.class, FileDescriptor.class, byte[].class, int.class, int.class)),
  READ_SOCKET_TO(
      "readSocketTo", methodType(int.class, FileDescriptor.class, long.class, int.class)),
  WRITE_SOCKET_FROM(
      "writeSocketFrom", methodType(int.class, FileDescriptor.class, long.class, int.class)),
  WRITE_SOCKET_PIECES(
      "writeSocketPieces", methodType(int.class, FileDescriptor.class, long.class, int.class)),
  FINISH_SEND("finishSend", methodType(void.class, FileDescriptor.class)),
  START_POLLERS("startPollers", methodType(boolean.class, Object.class)),
  CLOSING("closing", methodType(void.class, FileDescriptor.class)),
  CLOSING_NUMBER("closingNumber", methodType(void.class, int.class)),
  READ(
      "read",
      methodType(
          int.class,
          FileInputStream.class,
          FileDescriptor.class,
          byte[].class,
          int.class,
          int.class)),
  READ_ONE("readOne", methodType(int.class, FileInputStream.class, FileDescriptor.class)),
  WRITE(
      "write",
      methodType(
          boolean.class,
          FileOutputStream.class,
          FileDescriptor.class,
          byte[].class,
          int.class,
          int.class)),
  WRITE_ONE(
      "writeOne",
      methodType(boolean.class, FileOutputStream.class, FileDescriptor.class, int.class)),
  READ_FILE(
      "readFile",
      methodType(
          int.class, Object.class, FileDescriptor.class, byte[].class, int.class, int.class)),
  READ_FILE_ONE("readFileOne", methodType(int.class, Object.class, FileDescriptor.class)),
  WRITE_FILE(
      "writeFile",
      methodType(
          boolean.class, Object.class, FileDescriptor.class, byte[].class, int.class, int.class)),
  WRITE_FILE_ONE(
      "writeFileOne", methodType(boolean.class, Object.class, FileDescriptor.class, int.class)),
  READ_CHANNEL(
      "readChannel",
      methodType(int.class, Object.class, FileDescriptor.class, long.class, int.class, long.class)),
  WRITE_CHANNEL(
      "writeChannel",
      methodType(int.class, Object.class, FileDescriptor.class, long.class, int.class, long.class)),
  LOCK("lock", methodType(Object.class, Object.class, long.class, long.class, boolean.class)),
  GOES_ELSEWHERE("goesElsewhere", methodType(boolean.class)),
  ELSEWHERE("elsewhere", methodType(Object.class, int.class, Object[].class)),
  START("start", methodType(boolean.class, Thread.class)),
  START_IN_CONTAINER("startInContainer", methodType(boolean.class, Thread.class, Object.class)),
  REAL("real", methodType(Runnable.class, Runnable.class)),
  STAND_IN("standIn", methodType(Thread.class, Thread.class)),
  STAND_IN_OR_SELF("standInOrSelf", methodType(Thread.class, Thread.class)),
  INTERRUPT("interrupt", methodType(boolean.class, Thread.class)),
  IS_INTERRUPTED("isInterrupted", methodType(int.class, Thread.class)),
  IS_NO_DAEMON("isNoDaemon", methodType(boolean.class, Thread.class)),
  EXECUTOR("executor", methodType(Executor.class)),
  EXECUTOR_FOR("executorFor", methodType(Executor.class, Object.class)),
  SUBMIT("submit", methodType(Object.class, Object.class, Object.class)),
  LOOK_UP(
      "lookUp",
      methodType(Object.class, Object.class, String.class, InetAddressResolver.LookupPolicy.class)),
  NAME_OF("nameOf", methodType(Object.class, Object.class, byte[].class)),
  LOAD_MAIN("loadMain", methodType(Object.class, boolean.class, int.class, String.class)),
  SCHEDULER("schedulerFor", methodType(Object.class, Object.class)),
  NANO_TIME(SimulatedHooks.class, "nanoTime", methodType(long.class)),
  CURRENT_TIME_MILLIS(SimulatedHooks.class, "currentTimeMillis", methodType(long.class)),
  HAS_OWN_CLOCK(SimulatedHooks.class, "hasOwnClock", methodType(boolean.class)),
  IS_SIMULATED(SimulatedHooks.class, "isSimulated", methodType(boolean.class)),
  THREAD_ID(SimulatedHooks.class, "threadId", methodType(long.class, Thread.class)),
  THREAD_SEED(SimulatedHooks.class, "threadSeed", methodType(long.class, long.class)),
  RANDOM_DOUBLE(SimulatedHooks.class, "randomDouble", methodType(double.class)),
  FILL(SimulatedHooks.class, "fill", methodType(boolean.class, byte[].class)),
  SERVES(SimulatedHooks.class, "serves", methodType(boolean.class, FileDescriptor.class)),
  SERVES_SOCKET(
      SimulatedHooks.class, "servesSocket", methodType(boolean.class, FileDescriptor.class)),
  SERVES_NUMBER(SimulatedHooks.class, "servesNumber", methodType(boolean.class, int.class)),
  SERVES_SELECTOR(SimulatedHooks.class, "servesSelector", methodType(boolean.class, int.class)),
  LOCAL_HOST(SimulatedHooks.class, "localHost", methodType(Object.class)),
  KEYS(SimulatedHooks.class, "keys", methodType(Set.class)),
  CURRENT_THREAD(SimulatedHooks.class, "currentThread", methodType(Thread.class)),
  USES_FILE(SimulatedHooks.class, "usesFile", methodType(void.class)),
  LEAVES(SimulatedHooks.class, "leaves", methodType(void.class, String.class)),
  STARTS(SimulatedHooks.class, "starts", methodType(void.class, Thread.class)),
  FORKS(SimulatedHooks.class, "forks", methodType(void.class)),
  OPENS(SimulatedHooks.class, "opens", methodType(void.class, FileDescriptor.class));

  private final Class<?> home;
  private final String methodName;
  private final MethodType type;

  HookMethod(String methodName, MethodType type) {
    this(Hooks.class, methodName, type);
  }

  HookMethod(Class<?> home, String methodName, MethodType type) {
    this.home = home;
    this.methodName = methodName;
    this.type = type;
  }

  @Override
  public String constant() {
    return name();
  }

  @Override
  public Class<?> home() {
    return home;
  }

  @Override
  public String methodName() {
    return methodName;
  }

  @Override
  public MethodType type() {
    return type;
  }
}
