package dev.loomlet.linux;

import java.util.Map;

/** Error numbers of Linux that Loomlet acts upon (errno(3)); the same on x86-64 and AArch64. */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int EXDEV = 18;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int ENFILE = 23;
  public static final int EMFILE = 24;
  public static final int EFBIG = 27;
  public static final int ENOSPC = 28;
  public static final int ESPIPE = 29;
  public static final int EROFS = 30;
  public static final int EPIPE = 32;
  public static final int ENAMETOOLONG = 36;
  public static final int ENOSYS = 38;
  public static final int ENOTEMPTY = 39;
  public static final int ELOOP = 40;
  public static final int ETIME = 62;
  public static final int EPROTO = 71;
  public static final int ENOTSOCK = 88;
  public static final int EDESTADDRREQ = 89;
  public static final int EMSGSIZE = 90;
  public static final int EOPNOTSUPP = 95;
  public static final int EAFNOSUPPORT = 97;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENETDOWN = 100;
  public static final int ENETUNREACH = 101;
  public static final int ECONNABORTED = 103;
  public static final int ECONNRESET = 104;
  public static final int ENOBUFS = 105;
  public static final int EISCONN = 106;
  public static final int ENOTCONN = 107;
  public static final int ETIMEDOUT = 110;
  public static final int ECONNREFUSED = 111;
  public static final int EHOSTUNREACH = 113;
  public static final int EALREADY = 114;
  public static final int EINPROGRESS = 115;
  public static final int EDQUOT = 122;
  public static final int ECANCELED = 125;

  private static final Map<Integer, String> TEXTS =
      Map.ofEntries(
          Map.entry(EPERM, "operation not permitted"),
          Map.entry(ENOENT, "no such file"),
          Map.entry(EIO, "the device failed to read or write"),
          Map.entry(ENXIO, "no such device or address"),
          Map.entry(EBADF, "bad descriptor"),
          Map.entry(ENOMEM, "out of memory"),
          Map.entry(EACCES, "permission denied"),
          Map.entry(EEXIST, "exists already"),
          Map.entry(EXDEV, "on another file system"),
          Map.entry(ENOTDIR, "a part of the path is not a directory"),
          Map.entry(EISDIR, "is a directory"),
          Map.entry(EINVAL, "invalid argument"),
          Map.entry(ENFILE, "too many open files in the system"),
          Map.entry(EMFILE, "too many open files"),
          Map.entry(EFBIG, "larger than the file system or the process's limit allows"),
          Map.entry(ENOSPC, "no space left on the device"),
          Map.entry(ESPIPE, "has no positions"),
          Map.entry(EROFS, "the file system is mounted read-only"),
          Map.entry(EPIPE, "broken pipe"),
          Map.entry(ENAMETOOLONG, "the name is too long"),
          Map.entry(ENOSYS, "not implemented by this kernel"),
          Map.entry(ENOTEMPTY, "directory is not empty"),
          Map.entry(ELOOP, "too many symbolic links, or one where none may be"),
          Map.entry(ENOTSOCK, "not a socket"),
          Map.entry(EDESTADDRREQ, "not connected, and no target given"),
          Map.entry(EMSGSIZE, "message too long"),
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
          Map.entry(EHOSTUNREACH, "no route to host"),
          Map.entry(EDQUOT, "disk quota exceeded"));

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
