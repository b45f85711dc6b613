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
import java.util.Deque;
import java.util.stream.Stream;

/** Members of the JDK that hooks need; their packages must be open before this is used. */
final class JdkAccess {
  // In classes of their own: most programs need few of them, and each takes a while to be found.

  /** {@code FileDescriptor.fd}. */
  private static final class Descriptors {
    static final VarHandle NUMBER =
        found(() -> in(FileDescriptor.class).findVarHandle(FileDescriptor.class, "fd", int.class));
  }

  /** Streams over files. */
  private static final class Streams {
    static final MethodHandle WRITE =
        found(
            () ->
                in(FileOutputStream.class)
                    .findSpecial(FileOutputStream.class, "write", WRITING, FileOutputStream.class));
    static final MethodHandle READ =
        found(
            () ->
                in(FileInputStream.class)
                    .findSpecial(FileInputStream.class, "read", READING, FileInputStream.class));
  }

  /** Whether the flight recorder looks on. */
  private static final class Traced {
    static final VarHandle TRACED =
        found(
            () ->
                in(FileInputStream.class)
                    .findStaticVarHandle(FileInputStream.class, "jfrTracing", boolean.class));
  }

  /** {@code RandomAccessFile}. */
  private static final class Files {
    static final MethodHandle READ =
        onObject(
            () ->
                in(RandomAccessFile.class)
                    .findVirtual(RandomAccessFile.class, "readBytes", READING));
    static final MethodHandle WRITE =
        onObject(
            () ->
                in(RandomAccessFile.class)
                    .findVirtual(RandomAccessFile.class, "implWriteBytes", WRITING));
  }

  /** What file channels read and write with. */
  private static final class Channels {
    private static final Class<?> DISPATCHER = classOf("sun.nio.ch.UnixFileDispatcherImpl");
    private static final MethodType MOVING =
        methodType(int.class, FileDescriptor.class, long.class, int.class);
    private static final MethodType MOVING_AT = MOVING.appendParameterTypes(long.class);

    static final MethodHandle READ = dispatching("read", MOVING);
    static final MethodHandle READ_AT = dispatching("pread", MOVING_AT);
    static final MethodHandle WRITE = dispatching("write", MOVING);
    static final MethodHandle WRITE_AT = dispatching("pwrite", MOVING_AT);

    private static MethodHandle dispatching(String name, MethodType type) {
      return onObject(() -> in(DISPATCHER).findVirtual(DISPATCHER, name, type));
    }
  }

  /** Locks on files. */
  private static final class Locks {
    private static final Class<?> CHANNEL = classOf("sun.nio.ch.FileChannelImpl");

    static final MethodHandle LOCK =
        found(
            () ->
                in(CHANNEL)
                    .findVirtual(
                        CHANNEL,
                        "lock",
                        methodType(FileLock.class, long.class, long.class, boolean.class))
                    .asType(
                        methodType(
                            Object.class, Object.class, long.class, long.class, boolean.class)));
  }

  /** Selectors and their keys. */
  private static final class Selectors {
    private static final Class<?> SELECTOR = classOf("sun.nio.ch.EPollSelectorImpl");
    private static final Class<?> KEY = classOf("sun.nio.ch.SelectionKeyImpl");

    static final VarHandle WOKEN_UP =
        found(() -> in(SELECTOR).findVarHandle(SELECTOR, "interruptTriggered", boolean.class));
    static final VarHandle UPDATE_LOCK =
        found(() -> in(SELECTOR).findVarHandle(SELECTOR, "updateLock", Object.class));
    static final VarHandle UPDATE_KEYS =
        found(() -> in(SELECTOR).findVarHandle(SELECTOR, "updateKeys", Deque.class));
    static final MethodHandle INTEREST =
        onObject(() -> in(KEY).findVirtual(KEY, "translateInterestOps", methodType(int.class)));
    static final MethodHandle REGISTERED =
        onObject(() -> in(KEY).findVirtual(KEY, "registeredEvents", methodType(int.class)));
    static final MethodHandle PROCESS =
        onObject(
            () -> in(SELECTOR).findVirtual(SELECTOR, "processUpdateQueue", methodType(void.class)));
  }

  /** The JDK's own pollers. */
  private static final class Pollers {
    private static final Class<?> POLLERS = classOf("sun.nio.ch.Poller$Pollers");

    static final MethodHandle START =
        onObject(() -> in(POLLERS).findVirtual(POLLERS, "start", methodType(void.class)));
  }

  /** Sockets whose peer is gone. */
  private static final class Resets {
    private static final Class<?> RESET = classOf("sun.net.ConnectionResetException");

    static final MethodHandle CONNECTION_RESET =
        found(
            () ->
                in(RESET)
                    .findConstructor(RESET, methodType(void.class, String.class))
                    .asType(methodType(IOException.class, String.class)));
  }

  /** Host names. */
  private static final class Names {
    private static final Class<?> RESOLVER = classOf("java.net.InetAddress$PlatformResolver");
    private static final Class<?> POLICY = classOf("java.net.spi.InetAddressResolver$LookupPolicy");

    static final MethodHandle LOOK_UP =
        found(
            () ->
                in(RESOLVER)
                    .findVirtual(
                        RESOLVER, "lookupByName", methodType(Stream.class, String.class, POLICY))
                    .asType(methodType(Object.class, Object.class, String.class, Object.class)));
    static final MethodHandle NAME_OF =
        onObject(
            () ->
                in(RESOLVER)
                    .findVirtual(
                        RESOLVER, "lookupByAddress", methodType(String.class, byte[].class)));
  }

  private static final MethodType READING =
      methodType(int.class, byte[].class, int.class, int.class);
  private static final MethodType WRITING = READING.changeReturnType(void.class);
  private static final Class<?> PIPE_INPUT = classOf("java.lang.Process$PipeInputStream");
  private static final Class<?> PIPE_OUTPUT = classOf("java.lang.Process$PipeOutputStream");

  /** Looks for a member. */
  @FunctionalInterface
  private interface Search<T> {
    T find() throws ReflectiveOperationException;
  }

  private JdkAccess() {}

  private static <T> T found(Search<T> search) {
    try {
      return search.find();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this JDK is another one than Loomlet knows", e);
    }
  }

  private static MethodHandle onObject(Search<MethodHandle> search) {
    MethodHandle method = found(search);
    return method.asType(method.type().changeParameterType(0, Object.class));
  }

  private static MethodHandles.Lookup in(Class<?> type) throws IllegalAccessException {
    return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
  }

  private static Class<?> classOf(String name) {
    return found(() -> Class.forName(name, false, null));
  }

  static int numberOf(FileDescriptor descriptor) {
    return (int) Descriptors.NUMBER.get(descriptor);
  }

  static void setNumber(FileDescriptor descriptor, int number) {
    Descriptors.NUMBER.set(descriptor, number);
  }

  /** Whether the next select of a selector, which must be locked, has been told not to wait. */
  static boolean isWokenUp(Object selector) {
    return (boolean) Selectors.WOKEN_UP.get(selector);
  }

  /** Guards {@link #updatedKeys}. */
  static Object updateLock(Object selector) {
    return Selectors.UPDATE_LOCK.get(selector);
  }

  /** The keys whose interest has changed since the selector's last select. */
  @SuppressWarnings("unchecked") // of keys, of a class that has no name here
  static Deque<Object> updatedKeys(Object selector) {
    return (Deque<Object>) Selectors.UPDATE_KEYS.get(selector);
  }

  /** Has a selector tell the kernel of {@link #updatedKeys}. */
  static void processUpdates(Object selector) {
    try {
      Selectors.PROCESS.invokeExact(selector);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** The events that a key wants, as the kernel numbers them. */
  static int interest(Object key) {
    return number(Selectors.INTEREST, key);
  }

  /** The events that the kernel tells a key's selector. */
  static int registered(Object key) {
    return number(Selectors.REGISTERED, key);
  }

  private static int number(MethodHandle getter, Object key) {
    try {
      return (int) getter.invokeExact(key);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Whether it is over a pipe to or from a child process. */
  static boolean isProcessStream(Object stream) {
    return PIPE_INPUT.isInstance(stream) || PIPE_OUTPUT.isInstance(stream);
  }

  /** The JDK's own method, whatever a subclass makes of it. */
  static void write(FileOutputStream out, byte[] bytes, int offset, int length) throws IOException {
    try {
      Streams.WRITE.invokeExact(out, bytes, offset, length);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** What the JDK's sockets take for a reset, and remember. */
  static IOException connectionReset() {
    try {
      return (IOException) Resets.CONNECTION_RESET.invokeExact("Connection reset");
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Whether the flight recorder wants to know of each use of a file. */
  static boolean isTraced() {
    return (boolean) Traced.TRACED.get();
  }

  /** The JDK's own method, whatever a subclass makes of it. */
  static int read(FileInputStream in, byte[] bytes, int offset, int length) throws Throwable {
    return (int) Streams.READ.invokeExact(in, bytes, offset, length);
  }

  /** {@code RandomAccessFile.readBytes}. */
  static int readFile(Object file, byte[] bytes, int offset, int length) throws Throwable {
    return (int) Files.READ.invokeExact(file, bytes, offset, length);
  }

  /** {@code RandomAccessFile.implWriteBytes}. */
  static void writeFile(Object file, byte[] bytes, int offset, int length) throws Throwable {
    Files.WRITE.invokeExact(file, bytes, offset, length);
  }

  /** What a {@code FileChannel} reads with; a position of -1 is the channel's own. */
  static int readChannel(
      Object dispatcher, FileDescriptor descriptor, long address, int length, long position)
      throws Throwable {
    return position < 0
        ? (int) Channels.READ.invokeExact(dispatcher, descriptor, address, length)
        : (int) Channels.READ_AT.invokeExact(dispatcher, descriptor, address, length, position);
  }

  /** What a {@code FileChannel} writes with; a position of -1 is the channel's own. */
  static int writeChannel(
      Object dispatcher, FileDescriptor descriptor, long address, int length, long position)
      throws Throwable {
    return position < 0
        ? (int) Channels.WRITE.invokeExact(dispatcher, descriptor, address, length)
        : (int) Channels.WRITE_AT.invokeExact(dispatcher, descriptor, address, length, position);
  }

  /** {@code FileChannelImpl.lock}. */
  static Object lock(Object channel, long position, long size, boolean shared) throws Throwable {
    return (Object) Locks.LOCK.invokeExact(channel, position, size, shared);
  }

  static void startPollers(Object pollers) throws Throwable {
    Pollers.START.invokeExact(pollers);
  }

  static Object lookUp(Object resolver, String host, Object policy) throws IOException {
    try {
      return (Object) Names.LOOK_UP.invokeExact(resolver, host, policy);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static Object nameOf(Object resolver, byte[] address) throws IOException {
    try {
      return (String) Names.NAME_OF.invokeExact(resolver, address);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
