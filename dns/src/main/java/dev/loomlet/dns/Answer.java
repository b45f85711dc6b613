package dev.loomlet.dns;

import java.net.InetAddress;
import java.util.List;

/**
 * How a question ended. Immutable.
 *
 * @param status whether there is what was asked for
 * @param addresses found; empty for other questions
 * @param names found; empty for other questions
 * @param ttlSeconds how long it holds; 0 for not at all
 * @param reason why there is nothing, for messages; empty if something was found
 */
record Answer(
    Status status, List<InetAddress> addresses, List<String> names, long ttlSeconds, String reason)
    implements Step {

  /** Whether there is what was asked for. */
  enum Status {
    /** Yes. */
    FOUND,
    /** The name is there, but nothing of this type (RFC 2308, section 2.2). */
    NO_DATA,
    /** The name is not there (RFC 2308, section 2.1). */
    NO_NAME,
    /** Servers answered, but none of them could say. */
    REFUSED,
    /** No server answered. */
    SILENCE
  }

  static Answer found(List<InetAddress> addresses, List<String> names, long ttlSeconds) {
    return new Answer(Status.FOUND, List.copyOf(addresses), List.copyOf(names), ttlSeconds, "");
  }

  static Answer nothing(Status status, long ttlSeconds, String reason) {
    return new Answer(status, List.of(), List.of(), ttlSeconds, reason);
  }

  boolean isFound() {
    return status == Status.FOUND;
  }

  /** The same for a shorter time, as it was reached by names that hold only so long. */
  Answer within(long seconds) {
    return seconds >= ttlSeconds ? this : new Answer(status, addresses, names, seconds, reason);
  }

  /** Whether it says something about the name, and not about the servers. */
  boolean isCertain() {
    return switch (status) {
      case FOUND, NO_DATA, NO_NAME -> true;
      case REFUSED, SILENCE -> false;
    };
  }
}
