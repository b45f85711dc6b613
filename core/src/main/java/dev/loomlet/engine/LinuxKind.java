package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.MessageCalls;
import dev.loomlet.linux.SystemCalls;

/**
 * What a descriptor is that came from elsewhere (socket(7)).
 *
 * @param domain the family of addresses; -1 if it is no socket
 * @param type stream or datagrams
 * @param listens whether it accepts connections
 */
record LinuxKind(int domain, int type, boolean listens) {
  private static final int SOL_SOCKET = 1;
  private static final int SO_TYPE = 3;
  private static final int SO_ACCEPTCONN = 30;
  private static final int SO_DOMAIN = 39;

  static LinuxKind of(SystemCalls calls, int descriptor) {
    int domain = option(calls, descriptor, SO_DOMAIN);
    return domain < 0
        ? new LinuxKind(-1, -domain, false)
        : new LinuxKind(
            domain,
            option(calls, descriptor, SO_TYPE),
            option(calls, descriptor, SO_ACCEPTCONN) == 1);
  }

  private static int option(SystemCalls calls, int descriptor, int number) {
    int result = calls.getOption(descriptor, SOL_SOCKET, number);
    return result < 0 ? result : calls.optionValue(0);
  }

  boolean isIp() {
    return domain == SystemCalls.AF_INET || domain == SystemCalls.AF_INET6;
  }

  boolean isUnix() {
    return domain == SystemCalls.AF_UNIX;
  }

  boolean isStream() {
    return type == MessageCalls.SOCK_STREAM && !listens;
  }

  boolean isDatagrams() {
    return type == MessageCalls.SOCK_DGRAM;
  }

  /**
   * Refuses a descriptor that is something else than was expected.
   *
   * @throws IllegalArgumentException if it is not what is wanted
   */
  void require(boolean fits, String wanted) {
    if (!fits) {
      throw new IllegalArgumentException("the descriptor is not " + wanted + " but " + this);
    }
  }

  @Override
  public String toString() {
    if (domain < 0) {
      return type == Errno.ENOTSOCK ? "no socket" : "unusable: " + Errno.text(type);
    }
    String of = isUnix() ? "Unix " : isIp() ? "IP " : "another family's (" + domain + ") ";
    return switch (type) {
      case MessageCalls.SOCK_STREAM -> of + (listens ? "listener" : "stream");
      case MessageCalls.SOCK_DGRAM -> of + "datagrams";
      default -> of + "socket of type " + type;
    };
  }
}
