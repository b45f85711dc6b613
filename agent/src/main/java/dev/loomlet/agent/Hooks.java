package dev.loomlet.agent;

import dev.loomlet.Loop;
import dev.loomlet.engine.JdkDescriptors;
import dev.loomlet.engine.JdkFiles;
import dev.loomlet.jdk.ClassLoading;
import dev.loomlet.jdk.GreenletScheduler;
import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.wait.HelperPool;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.WaitLoop;
import dev.loomlet.wait.Waiter;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.nio.channels.Selector;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What patched methods of the JDK call first; see {@link HookMethod}. On a thread that is not a
 * virtual one of a loop each returns after one test.
 */
final class Hooks {
  /** What a method would return that is left to the JDK. */
  static final int LEFT = Integer.MIN_VALUE;

  private static final int POLLIN = 1;

  // Turned on only when everything that belongs together is patched.
  private static volatile boolean sockets;
  private static volatile boolean names;
  private static volatile boolean files;
  private static volatile boolean closings;

  private static final List<Class<?>> USED =
      List.of(
          JdkAccess.class,
          StreamWaits.class,
          SocketTransfers.class,
          SelectorUpdates.class,
          FileStreams.class,
          Elsewhere.class,
          HostNames.class,
          ClassLoading.class,
          HelperPool.class,
          JdkDescriptors.class,
          JdkFiles.class,
          Waiter.class,
          WaitLoop.class,
          GreenletScheduler.class,
          Task.class);

  private Hooks() {}

  /**
   * Turns on what has been patched. Everything that hooks use is loaded before: to load a class is
   * to read, and to close, a file, and a hook that had to load one would come to itself again.
   */
  static void enable(Set<Topic> topics) {
    for (Class<?> each : USED) {
      try {
        MethodHandles.lookup().ensureInitialized(each);
        for (Class<?> inner : each.getDeclaredClasses()) {
          Class.forName(inner.getName(), false, each.getClassLoader());
        }
      } catch (IllegalAccessException | ClassNotFoundException e) {
        throw new LinkageError(each.getName(), e);
      }
    }
    // Links what tells a loop's threads from others, on one that is virtual, and no loop's.
    JdkInternals.schedulerOf(Thread.ofVirtual().unstarted(() -> {}));
    // Links what reads the number.
    JdkDescriptors.closing(JdkAccess.numberOf(new FileDescriptor()));
    closings = true;
    sockets |= topics.contains(Topic.SOCKETS);
    names |= topics.contains(Topic.NAMES);
    StreamWaits.enable(topics);
    if (topics.contains(Topic.THREADS)) {
      StandIns.enable();
    }
    if (topics.contains(Topic.FILES)) {
      FilePoints.link();
      files = true;
    }
  }

  /** The loop that the calling thread is a virtual thread of, or null. */
  static @Nullable WaitLoop loop() {
    GreenletScheduler scheduler = JdkInternals.schedulerOf(Thread.currentThread());
    return scheduler == null ? null : (WaitLoop) scheduler.dispatcher();
  }

  private static boolean await(
      int fd, int readiness, long nanos, BooleanSupplier open, WaitLoop loop) {
    JdkDescriptors descriptors = loop.jdkDescriptors();
    if (descriptors == null) {
      leave();
      return false;
    }
    return descriptors.await(fd, readiness, nanos, open, true);
  }

  /** The loop knows nothing of descriptors: the JDK will wait by itself, if that may be. */
  private static void leave() {
    Loop loop = Loop.currentOrNull();
    if (loop != null) {
      loop.engine().leaving("a socket of the JDK");
    }
  }

  private static int readinessOf(int event) {
    return event == POLLIN ? JdkDescriptors.READABLE : JdkDescriptors.WRITABLE;
  }

  /** {@code Poller.poll}: whether it was done here. */
  static boolean poll(int fd, int event, long nanos, BooleanSupplier open) {
    if (VirtualCalls.serves(fd)) {
      VirtualCalls.await(fd, event, nanos, open);
      return true;
    }
    WaitLoop loop = sockets ? loop() : null;
    return loop != null && await(fd, readinessOf(event), nanos, open, loop);
  }

  /** {@code Poller.pollSelector}: whether it was done here. */
  static boolean pollSelector(int fd, long nanos) {
    if (VirtualCalls.serves(fd)) {
      VirtualCalls.await(fd, POLLIN, nanos, () -> true);
      return true;
    }
    WaitLoop loop = sockets ? loop() : null;
    if (loop == null) {
      return false;
    }
    JdkDescriptors descriptors = loop.jdkDescriptors();
    if (descriptors == null) {
      leave();
      return false;
    }
    return descriptors.awaitSelector(fd, nanos);
  }

  /** {@code EPollSelectorImpl.processEvents}, of so many events. */
  static void selected(int count) {
    JdkDescriptors descriptors = descriptors();
    if (descriptors != null) {
      descriptors.selected(count);
    }
  }

  /** {@code EPollSelectorImpl.processUpdateQueue}: whether that is left to the next select. */
  static boolean postponeUpdates(Selector selector) {
    JdkDescriptors descriptors = descriptors();
    return descriptors != null
        && !SelectorUpdates.isUnderWay(selector)
        && descriptors.settle(selector)
        && SelectorUpdates.postpone(selector, descriptors.isWokenUp());
  }

  /** {@code EPollSelectorImpl.wakeup}: whether it was done here. */
  static boolean putOffWakeUp(Selector selector) {
    JdkDescriptors descriptors = descriptors();
    return descriptors != null && descriptors.putOffWakeUp(selector);
  }

  /** {@code Poller.stopPoll}, of which the JDK's own part follows. */
  static void stopPoll(int fd, int event) {
    if (VirtualCalls.serves(fd)) {
      VirtualCalls.stop(fd, event);
    } else if (sockets) {
      JdkDescriptors.stop(fd, readinessOf(event));
    }
  }

  /** What does transfers for the calling thread, if it is a virtual one of a loop. */
  private static @Nullable JdkDescriptors descriptors() {
    WaitLoop loop = sockets ? loop() : null;
    return loop == null ? null : loop.jdkDescriptors();
  }

  /** {@code NioSocketImpl.tryRead}: its result, or {@link #LEFT}. */
  static int readSocket(FileDescriptor socket, byte[] target, int offset, int length)
      throws IOException {
    JdkDescriptors descriptors = descriptors();
    return descriptors == null
        ? LEFT
        : SocketTransfers.read(descriptors, socket, target, offset, length);
  }

  /** {@code NioSocketImpl.tryWrite}: its result, or {@link #LEFT}. */
  static int writeSocket(FileDescriptor socket, byte[] source, int offset, int length)
      throws IOException {
    JdkDescriptors descriptors = descriptors();
    return descriptors == null
        ? LEFT
        : SocketTransfers.write(descriptors, socket, source, offset, length);
  }

  /** {@code SocketDispatcher.read}: its result, or {@link #LEFT}. */
  static int readSocketTo(FileDescriptor socket, long address, int length) throws IOException {
    JdkDescriptors descriptors = descriptors();
    return descriptors == null ? LEFT : SocketTransfers.read(descriptors, socket, address, length);
  }

  /** {@code SocketDispatcher.write}: its result, or {@link #LEFT}. */
  static int writeSocketFrom(FileDescriptor socket, long address, int length) throws IOException {
    JdkDescriptors descriptors = descriptors();
    return descriptors == null ? LEFT : SocketTransfers.write(descriptors, socket, address, length);
  }

  /** {@code SocketDispatcher.writev}: its result, or {@link #LEFT}. */
  static int writeSocketPieces(FileDescriptor socket, long vector, int count) throws IOException {
    JdkDescriptors descriptors = descriptors();
    return descriptors == null
        ? LEFT
        : SocketTransfers.writePieces(descriptors, socket, vector, count);
  }

  /** A socket is about to be closed or shut down for writing. */
  static void finishSend(@Nullable FileDescriptor socket) {
    JdkDescriptors descriptors = descriptors();
    if (socket != null && descriptors != null) {
      descriptors.finishSend(JdkAccess.numberOf(socket));
    }
  }

  /**
   * Starts the JDK's pollers, whose threads are virtual and would run on the caller's loop, and end
   * with it.
   *
   * @return whether that was done here
   */
  static boolean startPollers(Object pollers) {
    if (loop() == null) {
      return false;
    }
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread starter =
        Thread.ofPlatform()
            .daemon()
            .name("loomlet pollers")
            .unstarted(
                () -> {
                  try {
                    JdkAccess.startPollers(pollers);
                  } catch (Throwable e) {
                    failure.set(e);
                  }
                });
    starter.start();
    boolean interrupted = false;
    while (starter.isAlive()) {
      try {
        starter.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure.get() != null) {
      throw new InternalError(failure.get());
    }
    return true;
  }

  /** A descriptor is about to be closed. */
  static void closing(@Nullable FileDescriptor descriptor) {
    if (closings && descriptor != null) {
      JdkDescriptors.closing(JdkAccess.numberOf(descriptor));
    }
  }

  /** The same, by number. */
  static void closingNumber(int fd) {
    if (closings) {
      JdkDescriptors.closing(fd);
    }
  }

  /**
   * {@code FileInputStream.read} of several bytes.
   *
   * @return {@link FileStreams#GO_ON} if it is to follow
   */
  static int read(
      FileInputStream in, @Nullable FileDescriptor descriptor, byte[] bytes, int offset, int length)
      throws Throwable {
    return descriptor != null && closings
        ? StreamWaits.read(in, descriptor, bytes, offset, length)
        : FileStreams.GO_ON;
  }

  /** {@code FileInputStream.read} of one byte; as {@link #read}. */
  static int readOne(FileInputStream in, @Nullable FileDescriptor descriptor) throws Throwable {
    byte[] one = new byte[1];
    return single(read(in, descriptor, one, 0, 1), one);
  }

  private static int single(int count, byte[] one) {
    return count == 1 ? Byte.toUnsignedInt(one[0]) : count;
  }

  /** {@code FileOutputStream.write}: whether it was done here. */
  static boolean write(
      FileOutputStream out,
      @Nullable FileDescriptor descriptor,
      byte[] bytes,
      int offset,
      int length)
      throws Throwable {
    return descriptor != null
        && closings
        && StreamWaits.write(out, descriptor, bytes, offset, length);
  }

  /** {@code FileOutputStream.write} of one byte: whether it was done here. */
  static boolean writeOne(FileOutputStream out, @Nullable FileDescriptor descriptor, int value)
      throws Throwable {
    return write(out, descriptor, new byte[] {(byte) value}, 0, 1);
  }

  /** {@code RandomAccessFile.readBytes}; as {@link #read}. */
  static int readFile(
      Object file, @Nullable FileDescriptor descriptor, byte[] bytes, int offset, int length)
      throws Throwable {
    return files && descriptor != null
        ? FileStreams.readFile(file, descriptor, bytes, offset, length)
        : FileStreams.GO_ON;
  }

  /** {@code RandomAccessFile.read} of one byte; as {@link #read}. */
  static int readFileOne(Object file, @Nullable FileDescriptor descriptor) throws Throwable {
    byte[] one = new byte[1];
    return single(readFile(file, descriptor, one, 0, 1), one);
  }

  /** {@code RandomAccessFile.implWriteBytes}: whether it was done here. */
  static boolean writeFile(
      Object file, @Nullable FileDescriptor descriptor, byte[] bytes, int offset, int length)
      throws Throwable {
    return files
        && descriptor != null
        && FileStreams.writeFile(file, descriptor, bytes, offset, length);
  }

  /** {@code RandomAccessFile.implWrite} of one byte: whether it was done here. */
  static boolean writeFileOne(Object file, @Nullable FileDescriptor descriptor, int value)
      throws Throwable {
    return writeFile(file, descriptor, new byte[] {(byte) value}, 0, 1);
  }

  /** {@code UnixFileDispatcherImpl.read} and {@code pread}; as {@link #read}. */
  static int readChannel(
      Object dispatcher, FileDescriptor descriptor, long address, int length, long position)
      throws Throwable {
    return files
        ? FileStreams.readChannel(dispatcher, descriptor, address, length, position)
        : FileStreams.GO_ON;
  }

  /** {@code UnixFileDispatcherImpl.write} and {@code pwrite}; as {@link #read}. */
  static int writeChannel(
      Object dispatcher, FileDescriptor descriptor, long address, int length, long position)
      throws Throwable {
    return files
        ? FileStreams.writeChannel(dispatcher, descriptor, address, length, position)
        : FileStreams.GO_ON;
  }

  /** {@code FileChannelImpl.lock}, which an interrupt ends; null if it was not done here. */
  static @Nullable Object lock(Object channel, long position, long size, boolean shared)
      throws Throwable {
    return goesElsewhere()
        ? Elsewhere.call(() -> JdkAccess.lock(channel, position, size, shared), true)
        : null;
  }

  /** Whether what blocks is to be done on a helper thread. */
  static boolean goesElsewhere() {
    return files && loop() != null && Elsewhere.isPossible();
  }

  /** Has a method called on a helper thread. */
  static @Nullable Object elsewhere(int point, @Nullable Object[] arguments) throws Throwable {
    return Elsewhere.call(point, arguments);
  }

  /** {@code Thread.start()}: whether a greenlet was started instead. */
  static boolean start(Thread thread) {
    return Thread.currentThread().isVirtual() && StandIns.start(thread);
  }

  /**
   * {@code LauncherHelper.checkAndLoadMain}: a class whose {@code main} runs the program's.
   *
   * @return null if it was not done here
   */
  static @Nullable Object loadMain(boolean toStandardError, int mode, String what)
      throws Throwable {
    return MainOnLoop.load(toStandardError, mode, what);
  }

  /** {@code new VirtualThread}: its scheduler, given the one that the caller wants. */
  static @Nullable Object schedulerFor(@Nullable Object given) {
    return Spread.schedulerFor(given);
  }

  /** {@code Thread.start(ThreadContainer)}: as {@link #start}. */
  static boolean startInContainer(Thread thread, Object container) {
    return Thread.currentThread().isVirtual() && StandIns.startInContainer(thread, container);
  }

  /** Marks the task of a platform thread that somebody asks for. */
  static @Nullable Runnable real(@Nullable Runnable task) {
    return StandIns.real(task);
  }

  /** The thread that stands in for another one, or null. */
  static @Nullable Thread standIn(Thread thread) {
    return StandIns.of(thread);
  }

  /** The thread that stands in for another one, else that one. */
  static @Nullable Thread standInOrSelf(@Nullable Thread thread) {
    return StandIns.orSelf(thread);
  }

  /** {@code Thread.interrupt}: whether it was done here. */
  static boolean interrupt(Thread thread) {
    return StandIns.interrupt(thread);
  }

  /** {@code Thread.isInterrupted}; -1 if it is to follow. */
  static int isInterrupted(Thread thread) {
    return StandIns.isInterrupted(thread);
  }

  /** {@code Thread.isDaemon}: whether the answer is no. */
  static boolean isNoDaemon(Thread thread) {
    return StandIns.isNoDaemon(thread);
  }

  /** What {@code CompletableFuture} uses on a loop; null for the JDK's choice. */
  static @Nullable Executor executor() {
    return Thread.currentThread().isVirtual() ? StandIns.executor() : null;
  }

  /** What a pool does its work with on a loop; null for its own threads. */
  static @Nullable Executor executorFor(Object pool) {
    return Thread.currentThread().isVirtual() ? StandIns.executorFor(pool) : null;
  }

  /** {@code ForkJoinPool.submit}; null if it is to follow. */
  static @Nullable Object submit(Object pool, @Nullable Object task) {
    return Thread.currentThread().isVirtual() ? StandIns.submit(pool, task) : null;
  }

  /** {@code PlatformResolver.lookupByName}; null if it was not done here. */
  static @Nullable Object lookUp(Object resolver, String host, LookupPolicy policy)
      throws IOException {
    return names && loop() != null ? HostNames.lookUp(resolver, host, policy) : null;
  }

  /** {@code PlatformResolver.lookupByAddress}; null if it was not done here. */
  static @Nullable Object nameOf(Object resolver, byte @Nullable [] address) throws IOException {
    return names
            && loop() != null
            && address != null
            && (address.length == 4 || address.length == 16)
        ? HostNames.nameOf(resolver, address)
        : null;
  }
}
