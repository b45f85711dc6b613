package dev.loomlet.linux;

/** Operations of a ring, and what modifies them (io_uring_enter(2)). */
public final class RingOpcode {
  public static final int NOP = 0;
  public static final int FSYNC = 3;
  public static final int POLL_ADD = 6;
  public static final int POLL_REMOVE = 7;
  public static final int SENDMSG = 9;
  public static final int RECVMSG = 10;
  public static final int TIMEOUT = 11;
  public static final int ACCEPT = 13;
  public static final int ASYNC_CANCEL = 14;
  public static final int LINK_TIMEOUT = 15;
  public static final int CONNECT = 16;
  public static final int OPENAT = 18;
  public static final int CLOSE = 19;
  public static final int STATX = 21;
  public static final int READ = 22;
  public static final int WRITE = 23;
  public static final int SEND = 26;
  public static final int RECV = 27;
  public static final int SPLICE = 30;
  public static final int SHUTDOWN = 34;
  public static final int RENAMEAT = 35;
  public static final int UNLINKAT = 36;
  public static final int MKDIRAT = 37;
  public static final int MSG_RING = 40;
  public static final int SEND_ZC = 47;
  public static final int WAITID = 50;
  public static final int FUTEX_WAIT = 51;
  public static final int FUTEX_WAKE = 52;
  public static final int FTRUNCATE = 55;
  public static final int BIND = 56;

  /** Flag of a submission: the next one begins when this one has succeeded. */
  public static final int IO_LINK = 1 << 2;

  /** Flag of a submission: a worker of the kernel does it, without a try on this thread. */
  public static final int ASYNC = 1 << 4;

  /** Flag of a submission: the kernel chooses the buffer from a group. */
  public static final int BUFFER_SELECT = 1 << 5;

  /** Flag of a submission: no completion if it succeeds. */
  public static final int SKIP_SUCCESS = 1 << 6;

  /** Priority field of {@link #ACCEPT}: go on accepting. */
  public static final int ACCEPT_MULTISHOT = 1;

  /** Priority field of {@link #ACCEPT}: do not try before somebody waits (Linux 6.10). */
  public static final int ACCEPT_POLL_FIRST = 1 << 2;

  /**
   * Priority field of {@link #RECV} and {@link #SEND}: do not try before it is said to be ready.
   */
  public static final int POLL_FIRST = 1;

  /** Priority field of {@link #RECV}: go on receiving, a buffer at a time. */
  public static final int RECV_MULTISHOT = 1 << 1;

  /** Length field of {@link #POLL_ADD}: go on reporting. */
  public static final int POLL_MULTISHOT = 1;

  /** Operation flag of {@link #ASYNC_CANCEL}: all that match, not the first. */
  public static final int CANCEL_ALL = 1;

  /** Operation flag of {@link #ASYNC_CANCEL}: matches everything. */
  public static final int CANCEL_ANY = 1 << 2;

  /** Flag of a completion: it names a buffer. */
  public static final int HAS_BUFFER = 1;

  /** Flag of a completion: more of the same operation will follow. */
  public static final int HAS_MORE = 1 << 1;

  private RingOpcode() {}
}
