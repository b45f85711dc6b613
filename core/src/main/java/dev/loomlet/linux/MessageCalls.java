package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Messages in several pieces and with descriptors (sendmsg(2), recvmsg(2), cmsg(3), unix(7)), and
 * what else only Unix sockets have. None of the calls blocks.
 *
 * <p>A message is put together by {@link #clear} and {@link #add}, without a wait before it is
 * sent: all sockets of a loop share the memory.
 */
public final class MessageCalls extends NativeCalls {
  /** The most pieces that one message may have (limits.h). */
  public static final int IOV_MAX = 1024;

  /** The most descriptors that one message may carry (unix(7)). */
  public static final int SCM_MAX_FD = 253;

  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;

  /**
   * The most bytes in one message: the kernel takes no more than 2 GiB at once, and a call that
   * takes less than it was given has to mean that there is no room.
   */
  private static final long MOST_BYTES = 1 << 30;

  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_CTRUNC = 0x8;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_NOSIGNAL = 0x4000;

  /** Not left to the socket's mode, which whoever shares it can change. */
  private static final int MSG_DONTWAIT = 0x40;

  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int SOCK_NONBLOCK_CLOEXEC = 0x80800;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int O_NONBLOCK = 0x800;

  private static final int PIECE = 16;

  /** Bytes of a {@code struct msghdr} and where its members lie. */
  private static final int HEADER = 56;

  private static final int NAME = 0;
  private static final int NAME_LENGTH = 8;
  private static final int PIECES = 16;
  private static final int PIECE_COUNT = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int FLAGS = 48;

  /** Bytes of a {@code struct cmsghdr}, which the descriptors follow. */
  private static final int CONTROL_HEADER = 16;

  /**
   * Room for what the kernel puts before the descriptors, such as credentials and times, if whoever
   * had the socket before has asked for it (socket(7), unix(7)).
   */
  private static final int OTHERS = 256;

  private static final MethodHandle SENDMSG =
      quick("sendmsg", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RECVMSG =
      quick("recvmsg", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SOCKETPAIR =
      quick("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle FCHMOD = quick("fchmod", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle FCNTL =
      bind(
          "fcntl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          variadic(2),
          Linker.Option.critical(false),
          capture());
  private static final MethodHandle GETSOCKOPT =
      quick("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

  private final SocketAddresses peer = new SocketAddresses();
  private final MemorySegment header = Arena.ofAuto().allocate(HEADER, 8);
  private final MemorySegment pieces = Arena.ofAuto().allocate(PIECE * IOV_MAX, 8);
  private final MemorySegment control =
      Arena.ofAuto().allocate(OTHERS + CONTROL_HEADER + 4 * (SCM_MAX_FD + 1), 8);
  private final MemorySegment answer = Arena.ofAuto().allocate(24, 8);

  private int count;
  private long bytes;

  /** Where the descriptors of the message received last begin, and how many there are. */
  private int descriptorsAt;

  private int descriptorCount;

  /** Creates the calls of one loop. */
  public MessageCalls() {}

  /** Begins a message without pieces. */
  public void clear() {
    count = 0;
    bytes = 0;
  }

  /**
   * Adds memory outside the Java heap.
   *
   * @return how much of it had room; less than the length only if the message is full now
   */
  public long add(long address, long length) {
    long part = Math.min(length, MOST_BYTES - bytes);
    if (part == 0) {
      return 0;
    }
    long last = (count - 1L) * PIECE;
    if (count > 0 && pieces.get(JAVA_LONG, last) + pieces.get(JAVA_LONG, last + 8) == address) {
      pieces.set(JAVA_LONG, last + 8, pieces.get(JAVA_LONG, last + 8) + part);
    } else if (count == IOV_MAX) {
      return 0;
    } else {
      pieces.set(JAVA_LONG, (long) count * PIECE, address);
      pieces.set(JAVA_LONG, (long) count * PIECE + 8, part);
      count++;
    }
    bytes += part;
    return part;
  }

  /** How many bytes the message has. */
  public int bytes() {
    return (int) bytes;
  }

  /** sendmsg(2) of the message, without SIGPIPE. */
  public int send(int socket) {
    return send(socket, 0, 0, 0);
  }

  /**
   * sendmsg(2) of the message with descriptors, which stay the caller's.
   *
   * @param address null for the peer of a connected socket
   */
  public int send(int socket, int[] descriptors, @Nullable SocketAddress address) {
    int length = CONTROL_HEADER + 4 * descriptors.length;
    control.set(JAVA_LONG, 0, length);
    control.set(JAVA_INT, 8, SOL_SOCKET);
    control.set(JAVA_INT, 12, SCM_RIGHTS);
    MemorySegment.copy(descriptors, 0, control, JAVA_INT, CONTROL_HEADER, descriptors.length);
    int addressLength = address == null ? 0 : peer.encode(address);
    return send(
        socket,
        descriptors.length == 0 ? 0 : length,
        address == null ? 0 : peer.address(),
        addressLength);
  }

  private int send(int socket, int controlLength, long address, int addressLength) {
    prepare(controlLength, address, addressLength);
    try {
      long n =
          (long) SENDMSG.invokeExact(state, socket, header.address(), MSG_NOSIGNAL | MSG_DONTWAIT);
      return n >= 0 ? (int) n : -errno();
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private void prepare(int controlLength, long address, int addressLength) {
    header.set(JAVA_LONG, NAME, address);
    header.set(JAVA_INT, NAME_LENGTH, addressLength);
    header.set(JAVA_LONG, PIECES, pieces.address());
    header.set(JAVA_LONG, PIECE_COUNT, count);
    header.set(JAVA_LONG, CONTROL, controlLength == 0 ? 0 : control.address());
    header.set(JAVA_LONG, CONTROL_LENGTH, controlLength);
    header.set(JAVA_INT, FLAGS, 0);
  }

  /**
   * recvmsg(2) into memory outside the Java heap; the descriptors are closed on exec.
   *
   * @param most how many descriptors there is room for, at most {@link #SCM_MAX_FD}; some more may
   *     come, and the kernel drops others
   * @param sender is told who sent it; null for streams
   * @return how many bytes came, for a datagram also those that had no room; or a negative error.
   *     {@link #descriptorCount} and so on are about this call.
   */
  public int receive(int socket, long address, int length, int most, @Nullable PeerAddress sender) {
    clear();
    add(address, length);
    control.set(JAVA_LONG, 0, 0);
    descriptorCount = 0;
    prepare(OTHERS + CONTROL_HEADER + 4 * most, peer.address(), peer.capacity());
    try {
      long n =
          (long)
              RECVMSG.invokeExact(
                  state, socket, header.address(), MSG_CMSG_CLOEXEC | MSG_TRUNC | MSG_DONTWAIT);
      if (n < 0) {
        return -errno();
      }
      if (sender != null) {
        peer.copyTo(sender, header.get(JAVA_INT, NAME_LENGTH));
      }
      findDescriptors();
      return (int) n;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private void findDescriptors() {
    long end = header.get(JAVA_LONG, CONTROL_LENGTH);
    long at = 0;
    while (at + CONTROL_HEADER <= end) {
      long length = control.get(JAVA_LONG, at);
      if (length < CONTROL_HEADER) {
        return;
      }
      if (control.get(JAVA_INT, at + 8) == SOL_SOCKET
          && control.get(JAVA_INT, at + 12) == SCM_RIGHTS) {
        descriptorsAt = (int) at + CONTROL_HEADER;
        descriptorCount = (int) (length - CONTROL_HEADER) / 4;
        return;
      }
      at += length + 7 & ~7L;
    }
  }

  /** How many descriptors came with the message received last. */
  public int descriptorCount() {
    return descriptorCount;
  }

  /** One of them, which is the caller's to close. */
  public int descriptor(int index) {
    return control.get(JAVA_INT, descriptorsAt + 4L * index);
  }

  /** Whether descriptors were dropped, because there was no room or no number for them. */
  public boolean isControlTruncated() {
    return (header.get(JAVA_INT, FLAGS) & MSG_CTRUNC) != 0;
  }

  /**
   * socketpair(2) of Unix sockets, non-blocking.
   *
   * @param type {@link #SOCK_STREAM} or {@link #SOCK_DGRAM}
   * @return 0 or a negative error; the descriptors are then {@link #answer(int)} 0 and 1
   */
  public int pair(int type) {
    try {
      return result(
          (int)
              SOCKETPAIR.invokeExact(
                  state, SystemCalls.AF_UNIX, type | SOCK_NONBLOCK_CLOEXEC, 0, answer.address()));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Who had the other end when the connection was made (SO_PEERCRED).
   *
   * @return 0 or a negative error; process, user and group are then {@link #answer(int)} 0, 1, 2
   */
  public int peerCredentials(int socket) {
    answer.set(JAVA_INT, 12, 12);
    try {
      return result(
          (int)
              GETSOCKOPT.invokeExact(
                  state, socket, SOL_SOCKET, SO_PEERCRED, answer.address(), answer.address() + 12));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A number that the call before has answered. */
  public int answer(int index) {
    return answer.get(JAVA_INT, 4L * index);
  }

  /**
   * fchmod(2): on a Unix socket that is not bound, the mode that its file will have, without what
   * the process's mask takes away.
   */
  public int setMode(int descriptor, int mode) {
    try {
      return result((int) FCHMOD.invokeExact(state, descriptor, mode));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Makes a descriptor, and all others for the same open file, non-blocking (O_NONBLOCK). */
  public int setNonBlocking(int descriptor) {
    try {
      int flags = result((int) FCNTL.invokeExact(state, descriptor, F_GETFL, 0));
      return flags < 0 || (flags & O_NONBLOCK) != 0
          ? flags
          : result((int) FCNTL.invokeExact(state, descriptor, F_SETFL, flags | O_NONBLOCK));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }
}
