package dev.loomlet.jdk;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Whether the calling thread loads or initialises a class at the moment. */
public final class ClassLoading {
  /**
   * Those that hold locks of class loading, or locks of archives from which classes come, while
   * they read.
   */
  private static final Set<String> LOADERS =
      Set.of(
          "java.lang.ClassLoader",
          "java.util.zip.ZipFile",
          "java.util.zip.ZipFile$Source",
          "java.util.jar.JarFile",
          "java.lang.invoke.MethodHandleNatives");

  private static final StackWalker WALKER = StackWalker.getInstance();

  private ClassLoading() {}

  /**
   * Whether the calling thread initialises a class, loads one, or reads an archive that classes may
   * come from. If it waited for another thread then, that one could come to need the class, or the
   * lock; and if it left its loop's thread, so could another greenlet, pinned, because the JVM
   * itself asks for the class.
   */
  public static boolean isUnderWay() {
    return WALKER.walk(ClassLoading::find).isPresent();
  }

  private static Optional<StackWalker.StackFrame> find(Stream<StackWalker.StackFrame> stack) {
    return stack.filter(ClassLoading::isLoading).findFirst();
  }

  private static boolean isLoading(StackWalker.StackFrame frame) {
    String type = frame.getClassName();
    return LOADERS.contains(type)
        || frame.getMethodName().equals("<clinit>")
        || type.startsWith("jdk.internal.loader.")
        || type.startsWith("jdk.internal.module.");
  }
}
