package dev.loomlet.agent;

import dev.loomlet.Loop;
import java.lang.StackWalker.StackFrame;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Has a simulation fail whose code reaches for something of the machine, with the call and its
 * place.
 *
 * <p>The call counts that the program makes, whatever the JDK makes of it. What the JDK does for
 * itself does not: loading classes and resources, initialising its own classes, and reading its own
 * files, such as those of time zones and certificates.
 */
final class Escapes {
  static final String STANDARD_INPUT = "standard input";

  /** The call where the program has reached {@link RefusedInput} without a call into the JDK. */
  private static final String DIRECTLY = "System.in";

  private static final String FILE = "a file of the machine";
  private static final String THREAD = "a thread that is no greenlet";
  private static final String UNPATCHED_THREAD =
      "a thread that is no greenlet, because Patch was not asked for THREADS";
  private static final String OWN = "dev.loomlet.";

  /** Parts of the JDK that use files which are not the program's business. */
  private static final List<String> WITH_OWN_FILES =
      List.of(
          "com.sun.crypto.",
          "com.sun.net.ssl.",
          "java.net.",
          "java.security.",
          "java.time.",
          "java.util.ResourceBundle",
          "java.util.ServiceLoader",
          "java.util.TimeZone",
          "java.util.logging.LogManager",
          "javax.crypto.",
          "javax.net.ssl.",
          "javax.xml.",
          "jdk.internal.",
          "jdk.xml.",
          "sun.net.",
          "sun.security.",
          "sun.util.");

  /** Parts of the JDK that use threads which are not the program's business. */
  private static final List<String> WITH_OWN_THREADS =
      List.of("java.lang.VirtualThread", "java.lang.ref.", "sun.nio.ch.Poller");

  private static final List<String> LOADERS =
      List.of("java.lang.ClassLoader", "jdk.internal.loader.", "jdk.internal.module.");

  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private Escapes() {}

  /** Loads and links what is used here, which must not be done on the way to a file. */
  static void prepare() {
    callOfProgram(WITH_OWN_FILES);
    callOfProgram(List.of());
    SimulatedCalls.isSimulated();
  }

  /** A file is to be used. */
  static void refuseFile() {
    refuse(FILE, WITH_OWN_FILES);
  }

  /** Something is to be used that the JDK never uses for itself. */
  static void refuse(String what) {
    refuse(what, List.of());
  }

  /** A thread is to be started that no greenlet stands in for. */
  static void refuseThread(Thread thread) {
    if (!thread.isVirtual() && !isService(thread)) {
      refuse(thread(), WITH_OWN_THREADS);
    }
  }

  private static String thread() {
    return StandIns.isEnabled() ? THREAD : UNPATCHED_THREAD;
  }

  /** Carriers of virtual threads, and what the JDK cleans up with. */
  private static boolean isService(Thread thread) {
    return thread.getClass().getName().startsWith("jdk.internal.")
        || StandIns.isServiceThread(thread);
  }

  /** Work is to be given to threads of a pool that are no greenlets. */
  static void refuseFork() {
    refuse(thread(), WITH_OWN_THREADS);
  }

  private static void refuse(String what, List<String> exceptFor) {
    if (!SimulatedCalls.isSimulated()) {
      return;
    }
    String call = callOfProgram(exceptFor);
    Loop loop = Loop.currentOrNull();
    if (call != null && loop != null) {
      loop.engine().leaving(call + " (" + what + ')');
    }
  }

  /**
   * The call into the JDK that has led here.
   *
   * @param exceptFor parts of the JDK that may do this
   * @return null if it is the JDK's own doing, or Loomlet's
   */
  private static @Nullable String callOfProgram(List<String> exceptFor) {
    return WALKER.walk(frames -> callOfProgram(frames, exceptFor));
  }

  private static @Nullable String callOfProgram(Stream<StackFrame> frames, List<String> exceptFor) {
    String call = DIRECTLY;
    boolean found = false;
    for (Iterator<StackFrame> each = frames.iterator(); each.hasNext(); ) {
      StackFrame frame = each.next();
      Class<?> type = frame.getDeclaringClass();
      String name = type.getName();
      if (isLoader(type, name)) {
        return null;
      }
      if (found || isMachinery(name)) {
        continue;
      }
      if (isOfJdk(type)) {
        if (startsWithOneOf(name, exceptFor) || frame.getMethodName().equals("<clinit>")) {
          return null;
        }
        call = nameOf(frame);
      } else if (name.startsWith(OWN)) {
        return null;
      } else {
        found = true;
      }
    }
    return found ? call : null;
  }

  private static boolean isLoader(Class<?> type, String name) {
    return startsWithOneOf(name, LOADERS) || ClassLoader.class.isAssignableFrom(type);
  }

  private static boolean isMachinery(String name) {
    return name.equals(HookClass.NAME)
        || name.startsWith("java.lang.invoke.")
        || name.startsWith("dev.loomlet.agent.");
  }

  private static boolean isOfJdk(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader == null || loader == ClassLoader.getPlatformClassLoader();
  }

  private static boolean startsWithOneOf(String name, List<String> prefixes) {
    for (String each : prefixes) {
      if (name.startsWith(each)) {
        return true;
      }
    }
    return false;
  }

  private static String nameOf(StackFrame frame) {
    String type = frame.getClassName();
    return frame.getMethodName().equals("<init>")
        ? "new " + type
        : type + '.' + frame.getMethodName();
  }
}
