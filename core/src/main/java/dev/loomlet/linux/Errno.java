package dev.loomlet.linux;

import java.util.Map;

/** Error numbers of Linux that Loomlet acts upon (errno(3)); the same on x86-64 and AArch64. */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EINVAL = 22;
  public static final int ENFILE = 23;
  public static final int EMFILE = 24;
  public static final int EPIPE = 32;
  public static final int ENOSYS = 38;
  public static final int EPROTO = 71;
  public static final int EOPNOTSUPP = 95;
  public static final int EAFNOSUPPORT = 97;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENETDOWN = 100;
  public static final int ENETUNREACH = 101;
  public static final int ECONNABORTED = 103;
  public static final int ECONNRESET = 104;
  public static final int ENOBUFS = 105;
  public static final int ENOTCONN = 107;
  public static final int ETIMEDOUT = 110;
  public static final int ECONNREFUSED = 111;
  public static final int EHOSTUNREACH = 113;
  public static final int EINPROGRESS = 115;

  private static final Map<Integer, String> TEXTS =
      Map.ofEntries(
          Map.entry(EPERM, "operation not permitted"),
          Map.entry(ENOENT, "no such file"),
          Map.entry(EBADF, "bad descriptor"),
          Map.entry(ENOMEM, "out of memory"),
          Map.entry(EACCES, "permission denied"),
          Map.entry(EINVAL, "invalid argument"),
          Map.entry(ENFILE, "too many open files in the system"),
          Map.entry(EMFILE, "too many open files"),
          Map.entry(EPIPE, "broken pipe"),
          Map.entry(ENOSYS, "not implemented by this kernel"),
          Map.entry(EOPNOTSUPP, "not supported"),
          Map.entry(EAFNOSUPPORT, "address family not supported"),
          Map.entry(EADDRINUSE, "address already in use"),
          Map.entry(EADDRNOTAVAIL, "address not available on this machine"),
          Map.entry(ENETDOWN, "network is down"),
          Map.entry(ENETUNREACH, "network is unreachable"),
          Map.entry(ECONNABORTED, "connection aborted"),
          Map.entry(ECONNRESET, "connection reset by peer"),
          Map.entry(ENOBUFS, "no buffer space"),
          Map.entry(ENOTCONN, "not connected"),
          Map.entry(ETIMEDOUT, "connection timed out"),
          Map.entry(ECONNREFUSED, "connection refused"),
          Map.entry(EHOSTUNREACH, "no route to host"));

  private Errno() {}

  /**
   * What an error number means.
   *
   * @param errno positive
   */
  public static String text(int errno) {
    return TEXTS.getOrDefault(errno, "error " + errno);
  }
}
