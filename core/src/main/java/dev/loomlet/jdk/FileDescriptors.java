package dev.loomlet.jdk;

import static java.lang.invoke.MethodType.methodType;

import java.io.FileDescriptor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The numbers behind {@link FileDescriptor}, which the JDK keeps to itself. */
public final class FileDescriptors {
  private static final VarHandle NUMBER;
  private static final MethodHandle REGISTER;

  static {
    try {
      JdkInternals.openToUs("java.io");
      MethodHandles.Lookup self = MethodHandles.lookup();
      NUMBER =
          MethodHandles.privateLookupIn(FileDescriptor.class, self)
              .findVarHandle(FileDescriptor.class, "fd", int.class);
      Class<?> cleanable = Class.forName("java.io.FileCleanable");
      REGISTER =
          MethodHandles.privateLookupIn(cleanable, self)
              .findStatic(cleanable, "register", methodType(void.class, FileDescriptor.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private FileDescriptors() {}

  /** The number; -1 if it is not open. */
  public static int numberOf(FileDescriptor descriptor) {
    return (int) NUMBER.get(descriptor);
  }

  /** Makes an object of a number, which is then closed by it, or else by the collector. */
  public static FileDescriptor of(int number) {
    FileDescriptor descriptor = new FileDescriptor();
    NUMBER.set(descriptor, number);
    try {
      REGISTER.invokeExact(descriptor);
    } catch (Throwable e) {
      throw JdkInternals.rethrow(e);
    }
    return descriptor;
  }
}
