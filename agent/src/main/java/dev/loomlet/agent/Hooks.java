package dev.loomlet.agent;

import dev.loomlet.ThreadPool;
import dev.loomlet.engine.JdkDescriptors;
import dev.loomlet.jdk.GreenletScheduler;
import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.WaitLoop;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
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
  private static final int MOST_LOOKUPS = 16;

  // Turned on only when everything that belongs together is patched.
  private static volatile boolean sockets;
  private static volatile boolean names;
  private static volatile boolean closings;

  private static final List<Class<?>> USED =
      List.of(
          JdkAccess.class,
          StreamWaits.class,
          SocketTransfers.class,
          JdkDescriptors.class,
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
      } catch (IllegalAccessException e) {
        throw new LinkageError(each.getName(), e);
      }
    }
    // Links what reads the number.
    JdkDescriptors.closing(JdkAccess.numberOf(new FileDescriptor()));
    closings = true;
    sockets |= topics.contains(Topic.SOCKETS);
    names |= topics.contains(Topic.NAMES);
    StreamWaits.enable(topics);
  }

  /** The loop that the calling thread is a virtual thread of, or null. */
  static @Nullable WaitLoop loop() {
    GreenletScheduler scheduler = JdkInternals.schedulerOf(Thread.currentThread());
    return scheduler == null ? null : (WaitLoop) scheduler.dispatcher();
  }

  private static boolean await(
      int fd, int readiness, long nanos, BooleanSupplier open, WaitLoop loop) {
    JdkDescriptors descriptors = loop.jdkDescriptors();
    return descriptors != null && descriptors.await(fd, readiness, nanos, open, true);
  }

  private static int readinessOf(int event) {
    return event == POLLIN ? JdkDescriptors.READABLE : JdkDescriptors.WRITABLE;
  }

  /** {@code Poller.poll}: whether it was done here. */
  static boolean poll(int fd, int event, long nanos, BooleanSupplier open) {
    WaitLoop loop = sockets ? loop() : null;
    return loop != null && await(fd, readinessOf(event), nanos, open, loop);
  }

  /** {@code Poller.pollSelector}: whether it was done here. */
  static boolean pollSelector(int fd, long nanos) {
    WaitLoop loop = sockets ? loop() : null;
    return loop != null && await(fd, JdkDescriptors.READABLE, nanos, () -> true, loop);
  }

  /** {@code Poller.stopPoll}, of which the JDK's own part follows. */
  static void stopPoll(int fd, int event) {
    if (sockets) {
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

  /** {@code FileInputStream.read}, which follows. */
  static void beforeRead(Object stream, @Nullable FileDescriptor descriptor) {
    if (descriptor != null && Thread.currentThread().isVirtual() && closings) {
      StreamWaits.await(stream, descriptor, JdkDescriptors.READABLE);
    }
  }

  /** {@code FileOutputStream.write} of one byte, which follows. */
  static void beforeWrite(Object stream, @Nullable FileDescriptor descriptor) {
    if (descriptor != null && Thread.currentThread().isVirtual() && closings) {
      StreamWaits.await(stream, descriptor, JdkDescriptors.WRITABLE);
    }
  }

  /** {@code FileOutputStream.write}: whether it was done here. */
  static boolean write(
      Object stream, @Nullable FileDescriptor descriptor, byte[] bytes, int offset, int length)
      throws IOException {
    return descriptor != null
        && Thread.currentThread().isVirtual()
        && closings
        && StreamWaits.write(stream, descriptor, bytes, offset, length);
  }

  /**
   * The C library's resolver, on a thread of ours.
   *
   * @return null if it was not done here
   */
  static @Nullable Object lookUp(Object resolver, String host, Object policy) throws IOException {
    if (!names || loop() == null) {
      return null;
    }
    try {
      return Lookups.THREADS.apply(() -> JdkAccess.lookUp(resolver, host, policy));
    } catch (RuntimeException | IOException e) {
      throw e;
    } catch (Exception e) {
      UnknownHostException unknown = new UnknownHostException(host);
      unknown.initCause(e);
      throw unknown;
    }
  }

  /** Made when the first name is looked up. */
  private static final class Lookups {
    static final ThreadPool THREADS = new ThreadPool("loomlet-names", MOST_LOOKUPS);
  }
}
