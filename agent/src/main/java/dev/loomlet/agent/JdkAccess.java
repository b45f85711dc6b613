package dev.loomlet.agent;

import static java.lang.invoke.MethodType.methodType;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.stream.Stream;

/** Members of the JDK that hooks need; their packages must be open before this is used. */
final class JdkAccess {
  private static final VarHandle NUMBER;
  private static final MethodHandle WRITE;
  private static final MethodHandle START_POLLERS;
  private static final MethodHandle LOOK_UP;
  private static final MethodHandle CONNECTION_RESET;
  private static final Class<?> PIPE_INPUT;
  private static final Class<?> PIPE_OUTPUT;

  static {
    try {
      MethodHandles.Lookup own = MethodHandles.lookup();
      NUMBER =
          MethodHandles.privateLookupIn(FileDescriptor.class, own)
              .findVarHandle(FileDescriptor.class, "fd", int.class);
      WRITE =
          MethodHandles.privateLookupIn(FileOutputStream.class, own)
              .findSpecial(
                  FileOutputStream.class,
                  "write",
                  methodType(void.class, byte[].class, int.class, int.class),
                  FileOutputStream.class);
      Class<?> pollers = Class.forName("sun.nio.ch.Poller$Pollers", false, null);
      START_POLLERS =
          MethodHandles.privateLookupIn(pollers, own)
              .findVirtual(pollers, "start", methodType(void.class))
              .asType(methodType(void.class, Object.class));
      Class<?> resolver = Class.forName("java.net.InetAddress$PlatformResolver", false, null);
      Class<?> policy = Class.forName("java.net.spi.InetAddressResolver$LookupPolicy", false, null);
      LOOK_UP =
          MethodHandles.privateLookupIn(resolver, own)
              .findVirtual(resolver, "lookupByName", methodType(Stream.class, String.class, policy))
              .asType(methodType(Object.class, Object.class, String.class, Object.class));
      Class<?> reset = Class.forName("sun.net.ConnectionResetException", false, null);
      CONNECTION_RESET =
          MethodHandles.privateLookupIn(reset, own)
              .findConstructor(reset, methodType(void.class, String.class))
              .asType(methodType(IOException.class, String.class));
      PIPE_INPUT = Class.forName("java.lang.Process$PipeInputStream", false, null);
      PIPE_OUTPUT = Class.forName("java.lang.Process$PipeOutputStream", false, null);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private JdkAccess() {}

  static int numberOf(FileDescriptor descriptor) {
    return (int) NUMBER.get(descriptor);
  }

  /** Whether it is over a pipe to or from a child process. */
  static boolean isProcessStream(Object stream) {
    return PIPE_INPUT.isInstance(stream) || PIPE_OUTPUT.isInstance(stream);
  }

  /** The JDK's own method, whatever a subclass makes of it. */
  static void write(FileOutputStream out, byte[] bytes, int offset, int length) throws IOException {
    try {
      WRITE.invokeExact(out, bytes, offset, length);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** What the JDK's sockets take for a reset, and remember. */
  static IOException connectionReset() {
    try {
      return (IOException) CONNECTION_RESET.invokeExact("Connection reset");
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static void startPollers(Object pollers) throws Throwable {
    START_POLLERS.invokeExact(pollers);
  }

  static Object lookUp(Object resolver, String host, Object policy) throws IOException {
    try {
      return (Object) LOOK_UP.invokeExact(resolver, host, policy);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
