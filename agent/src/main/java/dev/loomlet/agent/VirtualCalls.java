package dev.loomlet.agent;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.loomlet.Loop;
import dev.loomlet.engine.VirtualSockets;
import dev.loomlet.engine.VirtualSockets.Kind;
import dev.loomlet.engine.Watchable;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What stands in for the native methods of the JDK's sockets ({@link NativeCall}): each asks the
 * caller's loop, and speaks as the JDK's own code expects it of the kernel of Linux.
 */
final class VirtualCalls {
  private static final String OUTSIDE = "a socket or channel from outside";
  private static final int DONE = 1;
  private static final int POLLIN = 1;
  private static final int POLLOUT = 4;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCKADDR_SIZE = 28;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int SHUT_RD = 0;
  private static final int SHUT_WR = 1;
  private static final int VECTOR_SIZE = 16;

  private static int eventSize;
  private static int eventsOffset;
  private static int numberOffset;

  private VirtualCalls() {}

  /** Finds out what an event of a selector looks like, and has the JDK's pollers be real. */
  static void prepare() throws ReflectiveOperationException {
    Class<?> events = Class.forName("sun.nio.ch.EPoll");
    eventSize = constant(events, "SIZEOF_EPOLLEVENT");
    eventsOffset = constant(events, "OFFSETOF_EVENTS");
    numberOffset = constant(events, "OFFSETOF_FD");
    Class.forName("sun.nio.ch.Poller");
  }

  private static int constant(Class<?> type, String name) throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.getInt(null);
  }

  // who is to answer

  static boolean serves(int number) {
    return VirtualSockets.isNumber(number);
  }

  static boolean servesSocket(int number) {
    if (VirtualSockets.isNumber(number)) {
      return true;
    }
    if (number >= 0) {
      Escapes.refuse(OUTSIDE);
    }
    return false;
  }

  /** The caller's; null outside of simulations. */
  private static @Nullable VirtualSockets found() {
    Loop loop = Hooks.loop() == null ? null : Loop.currentOrNull();
    return loop == null ? null : loop.engine().virtualSockets();
  }

  private static VirtualSockets sockets() throws SocketException {
    VirtualSockets found = found();
    if (found == null) {
      throw new SocketException(
          "this socket belongs to a simulation, and is of no use outside of it");
    }
    return found;
  }

  private static int number(FileDescriptor descriptor) {
    return JdkAccess.numberOf(descriptor);
  }

  // waiting

  static void await(int number, int event, long nanos, BooleanSupplier open) {
    VirtualSockets found = found();
    if (found != null) {
      found.await(number, interest(event), nanos, open);
    }
  }

  static void stop(int number, int event) {
    VirtualSockets found = found();
    if (found != null) {
      found.stop(number, interest(event));
    }
  }

  private static int interest(int events) {
    return ((events & POLLIN) != 0 ? Watchable.READ : 0)
        | ((events & POLLOUT) != 0 ? Watchable.WRITE : 0);
  }

  private static int events(int ready) {
    return ((ready & Watchable.READ) != 0 ? POLLIN : 0)
        | ((ready & Watchable.WRITE) != 0 ? POLLOUT : 0);
  }

  // Net

  static int socket(boolean six, boolean stream, boolean reuse, boolean fast) {
    try {
      int number = sockets().open(stream ? Kind.STREAM : Kind.DATAGRAMS);
      if (reuse) {
        sockets().setOption(number, 1, 2, 1);
      }
      return number;
    } catch (IOException e) {
      throw sneaky(e);
    }
  }

  /** Of native methods that throw what they do not declare. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException sneaky(Throwable e) throws E {
    throw (E) e;
  }

  static void bind(
      FileDescriptor socket, boolean six, boolean exclusively, InetAddress address, int port)
      throws IOException {
    sockets().bind(number(socket), new InetSocketAddress(address, port));
  }

  static void listen(FileDescriptor socket, int backlog) throws IOException {
    sockets().listen(number(socket), backlog);
  }

  static int connect(boolean six, FileDescriptor socket, InetAddress address, int port)
      throws IOException {
    return sockets().connect(number(socket), new InetSocketAddress(address, port))
        ? DONE
        : VirtualSockets.UNAVAILABLE;
  }

  static int accept(FileDescriptor socket, FileDescriptor accepted, InetSocketAddress[] peer)
      throws IOException {
    int number = sockets().accept(number(socket));
    if (number < 0) {
      return number;
    }
    JdkAccess.setNumber(accepted, number);
    if (sockets().remoteAddress(number) instanceof InetSocketAddress address) {
      peer[0] = address;
    }
    return DONE;
  }

  static void shutdown(FileDescriptor socket, int how) throws IOException {
    sockets().shutDown(number(socket), how != SHUT_WR, how != SHUT_RD);
  }

  static int localPort(FileDescriptor socket) throws IOException {
    return portOf(sockets().localAddress(number(socket)));
  }

  static InetAddress localInetAddress(FileDescriptor socket) throws IOException {
    return addressOf(sockets().localAddress(number(socket)));
  }

  static int remotePort(FileDescriptor socket) throws IOException {
    return portOf(sockets().remoteAddress(number(socket)));
  }

  static InetAddress remoteInetAddress(FileDescriptor socket) throws IOException {
    return addressOf(sockets().remoteAddress(number(socket)));
  }

  private static int portOf(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet ? inet.getPort() : 0;
  }

  private static InetAddress addressOf(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet.getAddress()
        : new InetSocketAddress(0).getAddress();
  }

  static int getOption(FileDescriptor socket, boolean converts, int level, int option)
      throws IOException {
    return sockets().option(number(socket), level, option);
  }

  static void setOption(
      FileDescriptor socket, boolean converts, int level, int option, int value, boolean six)
      throws IOException {
    sockets().setOption(number(socket), level, option, value);
  }

  static int pollNow(FileDescriptor socket, int events, long timeout) throws IOException {
    return events(sockets().readyFor(number(socket), interest(events)));
  }

  static boolean pollConnect(FileDescriptor socket, long timeout) throws IOException {
    return sockets().finishConnect(number(socket));
  }

  static int available(FileDescriptor socket) throws IOException {
    return sockets().available(number(socket));
  }

  @SuppressWarnings("DoNotCallSuggester") // the JDK calls it
  static int sendUrgent(FileDescriptor socket, byte data) throws IOException {
    throw new SocketException("the simulated network has no urgent data");
  }

  static int group4(boolean join, FileDescriptor socket, int group, int network, int source)
      throws IOException {
    byte[] address = {
      (byte) (group >>> 24), (byte) (group >>> 16), (byte) (group >>> 8), (byte) group
    };
    return group6(join, socket, address, 0, null);
  }

  static int group6(
      boolean join, FileDescriptor socket, byte[] group, int network, byte @Nullable [] source)
      throws IOException {
    sockets().receiveGroup(number(socket), InetAddress.getByAddress(group), join);
    return 0;
  }

  static int block4(boolean block, FileDescriptor socket, int group, int network, int source) {
    return VirtualSockets.UNAVAILABLE;
  }

  static int block6(
      boolean block, FileDescriptor socket, byte[] group, int network, byte[] source) {
    return VirtualSockets.UNAVAILABLE;
  }

  static void setInterface(FileDescriptor socket, int network) {}

  static int getInterface(FileDescriptor socket) {
    return 0;
  }

  // moving bytes

  static int read(FileDescriptor socket, long address, int length) throws IOException {
    return sockets().read(number(socket), VirtualSockets.memory(address, length));
  }

  static int write(FileDescriptor socket, long address, int length) throws IOException {
    return sockets().write(number(socket), VirtualSockets.memory(address, length));
  }

  static long readVector(FileDescriptor socket, long address, int count) throws IOException {
    MemorySegment whole = MemorySegment.ofArray(new byte[lengthOf(address, count)]);
    int n = sockets().read(number(socket), whole);
    int done = 0;
    for (int i = 0; i < count && done < n; i++) {
      MemorySegment part = part(address, i);
      int moved = (int) Math.min(part.byteSize(), n - done);
      MemorySegment.copy(whole, done, part, 0, moved);
      done += moved;
    }
    return n;
  }

  static long writeVector(FileDescriptor socket, long address, int count) throws IOException {
    MemorySegment whole = MemorySegment.ofArray(new byte[lengthOf(address, count)]);
    int done = 0;
    for (int i = 0; i < count; i++) {
      MemorySegment part = part(address, i);
      MemorySegment.copy(part, 0, whole, done, part.byteSize());
      done += (int) part.byteSize();
    }
    return sockets().write(number(socket), whole);
  }

  private static int lengthOf(long address, int count) {
    long length = 0;
    for (int i = 0; i < count; i++) {
      length += part(address, i).byteSize();
    }
    return Math.toIntExact(length);
  }

  /** A {@code struct iovec}. */
  private static MemorySegment part(long address, int index) {
    MemorySegment vector = VirtualSockets.memory(address + (long) index * VECTOR_SIZE, VECTOR_SIZE);
    return VirtualSockets.memory(
        vector.get(JAVA_LONG_UNALIGNED, 0), vector.get(JAVA_LONG_UNALIGNED, Long.BYTES));
  }

  static void replace(FileDescriptor socket, FileDescriptor other) throws IOException {
    sockets().replace(number(socket), number(other));
  }

  static void disconnect(FileDescriptor socket, boolean six) throws IOException {
    sockets().disconnect(number(socket));
  }

  static int receive(
      FileDescriptor socket, long address, int length, long sender, boolean connected)
      throws IOException {
    int n = sockets().receive(number(socket), VirtualSockets.memory(address, length));
    InetSocketAddress from = n < 0 ? null : sockets().sender(number(socket));
    if (from != null) {
      encode(from, VirtualSockets.memory(sender, SOCKADDR_SIZE));
    }
    return n;
  }

  static int send(FileDescriptor socket, long address, int length, long target, int targetLength)
      throws IOException {
    InetSocketAddress to = targetLength == 0 ? null : decode(target);
    return sockets().send(number(socket), VirtualSockets.memory(address, length), to);
  }

  /** Writes a {@code struct sockaddr_in} or {@code sockaddr_in6}. */
  private static void encode(InetSocketAddress address, MemorySegment target) {
    target.fill((byte) 0);
    boolean four = address.getAddress() instanceof Inet4Address;
    byte[] bytes = address.getAddress().getAddress();
    target.set(JAVA_SHORT_UNALIGNED, 0, (short) (four ? AF_INET : AF_INET6));
    target.set(JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) address.getPort());
    MemorySegment.copy(bytes, 0, target, JAVA_BYTE, four ? 4 : 8, bytes.length);
  }

  private static InetSocketAddress decode(long address) throws UnknownHostException {
    MemorySegment source = VirtualSockets.memory(address, SOCKADDR_SIZE);
    boolean four = source.get(JAVA_SHORT_UNALIGNED, 0) == AF_INET;
    byte[] bytes = source.asSlice(four ? 4 : 8, four ? 4 : 16).toArray(JAVA_BYTE);
    int port = source.get(JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), 2) & 0xffff;
    return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
  }

  // closing

  static void close(FileDescriptor socket) {
    closeNumber(number(socket));
  }

  /** By the garbage collector's thread, too, when it is nobody's business any more. */
  static void closeNumber(int number) {
    VirtualSockets found = found();
    if (found != null) {
      found.close(number);
    }
  }

  /** Those who wait have been woken already, and see that it is closed. */
  static void preClose(FileDescriptor socket) {}

  static void configureBlocking(FileDescriptor socket, boolean blocking) {}

  // selectors

  static int newSelector() throws IOException {
    return sockets().openSelector();
  }

  static int select(int selector, int operation, int number, int events) {
    try {
      sockets().select(selector, number, operation == EPOLL_CTL_DEL ? 0 : interest(events));
      return 0;
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int selectNow(int selector, long address, int most, int timeout) throws IOException {
    int[] count = new int[1];
    MemorySegment target = VirtualSockets.memory(address, (long) most * eventSize);
    return sockets()
        .selectNow(
            selector,
            most,
            (number, ready) -> {
              long at = (long) count[0]++ * eventSize;
              target.set(JAVA_INT_UNALIGNED, at + eventsOffset, events(ready));
              target.set(JAVA_INT_UNALIGNED, at + numberOffset, number);
            });
  }

  static int newSignal() throws IOException {
    return sockets().openSignal();
  }

  static int signal(int number) {
    VirtualSockets found = found();
    if (found != null) {
      found.signal(number);
    }
    return Long.BYTES;
  }

  static boolean drain(int number) throws IOException {
    return sockets().clear(number);
  }

  static long pipe(boolean blocking) throws IOException {
    List<Integer> pair = sockets().openPair();
    return (long) pair.getFirst() << 32 | pair.getLast();
  }

  // Unix sockets

  static int unixSocket() throws IOException {
    return sockets().open(Kind.UNIX);
  }

  private static UnixDomainSocketAddress path(byte[] bytes) {
    return UnixDomainSocketAddress.of(Path.of(new String(bytes, StandardCharsets.UTF_8)));
  }

  private static byte[] bytes(@Nullable SocketAddress address) {
    return address instanceof UnixDomainSocketAddress path
        ? path.getPath().toString().getBytes(StandardCharsets.UTF_8)
        : new byte[0];
  }

  static void unixBind(FileDescriptor socket, byte[] path) throws IOException {
    sockets().bind(number(socket), path(path));
  }

  static int unixConnect(FileDescriptor socket, byte[] path) throws IOException {
    sockets().connect(number(socket), path(path));
    return DONE;
  }

  static int unixAccept(FileDescriptor socket, FileDescriptor accepted, Object[] peer)
      throws IOException {
    int number = sockets().accept(number(socket));
    if (number < 0) {
      return number;
    }
    JdkAccess.setNumber(accepted, number);
    peer[0] = bytes(sockets().remoteAddress(number));
    return DONE;
  }

  static byte[] unixAddress(FileDescriptor socket) throws IOException {
    return bytes(sockets().localAddress(number(socket)));
  }
}
