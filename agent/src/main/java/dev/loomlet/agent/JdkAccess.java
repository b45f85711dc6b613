package dev.loomlet.agent;

import static java.lang.invoke.MethodType.methodType;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileLock;
import java.util.stream.Stream;

/** Members of the JDK that hooks need; their packages must be open before this is used. */
final class JdkAccess {
  private static final VarHandle NUMBER;
  private static final MethodHandle WRITE;
  private static final MethodHandle READ;
  private static final MethodHandle READ_FILE;
  private static final MethodHandle WRITE_FILE;
  private static final MethodHandle READ_CHANNEL;
  private static final MethodHandle READ_CHANNEL_AT;
  private static final MethodHandle WRITE_CHANNEL;
  private static final MethodHandle WRITE_CHANNEL_AT;
  private static final MethodHandle LOCK;
  private static final VarHandle TRACED;
  private static final MethodHandle START_POLLERS;
  private static final MethodHandle LOOK_UP;
  private static final MethodHandle CONNECTION_RESET;
  private static final MethodHandle NAME_OF;
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
      MethodHandles.Lookup inInput = MethodHandles.privateLookupIn(FileInputStream.class, own);
      MethodType reading = methodType(int.class, byte[].class, int.class, int.class);
      READ = inInput.findSpecial(FileInputStream.class, "read", reading, FileInputStream.class);
      TRACED = inInput.findStaticVarHandle(FileInputStream.class, "jfrTracing", boolean.class);
      MethodHandles.Lookup inFile = MethodHandles.privateLookupIn(RandomAccessFile.class, own);
      READ_FILE = onObject(inFile.findVirtual(RandomAccessFile.class, "readBytes", reading));
      WRITE_FILE =
          onObject(
              inFile.findVirtual(
                  RandomAccessFile.class, "implWriteBytes", reading.changeReturnType(void.class)));
      Class<?> dispatcher = Class.forName("sun.nio.ch.UnixFileDispatcherImpl", false, null);
      MethodHandles.Lookup inDispatcher = MethodHandles.privateLookupIn(dispatcher, own);
      MethodType moving = methodType(int.class, FileDescriptor.class, long.class, int.class);
      MethodType movingAt = moving.appendParameterTypes(long.class);
      READ_CHANNEL = onObject(inDispatcher.findVirtual(dispatcher, "read", moving));
      READ_CHANNEL_AT = onObject(inDispatcher.findVirtual(dispatcher, "pread", movingAt));
      WRITE_CHANNEL = onObject(inDispatcher.findVirtual(dispatcher, "write", moving));
      WRITE_CHANNEL_AT = onObject(inDispatcher.findVirtual(dispatcher, "pwrite", movingAt));
      Class<?> channel = Class.forName("sun.nio.ch.FileChannelImpl", false, null);
      LOCK =
          MethodHandles.privateLookupIn(channel, own)
              .findVirtual(
                  channel,
                  "lock",
                  methodType(FileLock.class, long.class, long.class, boolean.class))
              .asType(
                  methodType(Object.class, Object.class, long.class, long.class, boolean.class));
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
      NAME_OF =
          onObject(
              MethodHandles.privateLookupIn(resolver, own)
                  .findVirtual(
                      resolver, "lookupByAddress", methodType(String.class, byte[].class)));
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

  static void setNumber(FileDescriptor descriptor, int number) {
    NUMBER.set(descriptor, number);
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

  private static MethodHandle onObject(MethodHandle method) {
    return method.asType(method.type().changeParameterType(0, Object.class));
  }

  /** Whether the flight recorder wants to know of each use of a file. */
  static boolean isTraced() {
    return (boolean) TRACED.get();
  }

  /** The JDK's own method, whatever a subclass makes of it. */
  static int read(FileInputStream in, byte[] bytes, int offset, int length) throws Throwable {
    return (int) READ.invokeExact(in, bytes, offset, length);
  }

  /** {@code RandomAccessFile.readBytes}. */
  static int readFile(Object file, byte[] bytes, int offset, int length) throws Throwable {
    return (int) READ_FILE.invokeExact(file, bytes, offset, length);
  }

  /** {@code RandomAccessFile.implWriteBytes}. */
  static void writeFile(Object file, byte[] bytes, int offset, int length) throws Throwable {
    WRITE_FILE.invokeExact(file, bytes, offset, length);
  }

  /** What a {@code FileChannel} reads with; a position of -1 is the channel's own. */
  static int readChannel(
      Object dispatcher, FileDescriptor descriptor, long address, int length, long position)
      throws Throwable {
    return position < 0
        ? (int) READ_CHANNEL.invokeExact(dispatcher, descriptor, address, length)
        : (int) READ_CHANNEL_AT.invokeExact(dispatcher, descriptor, address, length, position);
  }

  /** What a {@code FileChannel} writes with; a position of -1 is the channel's own. */
  static int writeChannel(
      Object dispatcher, FileDescriptor descriptor, long address, int length, long position)
      throws Throwable {
    return position < 0
        ? (int) WRITE_CHANNEL.invokeExact(dispatcher, descriptor, address, length)
        : (int) WRITE_CHANNEL_AT.invokeExact(dispatcher, descriptor, address, length, position);
  }

  /** {@code FileChannelImpl.lock}. */
  static Object lock(Object channel, long position, long size, boolean shared) throws Throwable {
    return (Object) LOCK.invokeExact(channel, position, size, shared);
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

  static Object nameOf(Object resolver, byte[] address) throws IOException {
    try {
      return (String) NAME_OF.invokeExact(resolver, address);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
