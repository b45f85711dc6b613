package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.TaskGroup;
import dev.loomlet.TaskGroupException;
import dev.loomlet.engine.DescriptorsExhaustedException;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.time.Clock;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Connects to a name by whichever of its addresses answers first: Happy Eyeballs, version 2 (RFC
 * 8305); asyncio's {@code happy_eyeballs_delay}, trio's {@code open_tcp_stream}.
 *
 * <p>The families take turns, IPv6 first. An attempt begins as soon as the one before it has
 * failed, or has not succeeded within the attempt delay. If only IPv4 addresses are known so far,
 * IPv6 gets the resolution delay to catch up. The first connection wins; the other attempts are
 * cancelled and closed, and so is the lookup.
 *
 * <p>For one connection. Everything here is confined to the loop: the lookup and the attempts are
 * greenlets of a task group, whose host is told of their news.
 */
final class HappyEyeballs {
  /** Section 8 of the RFC. */
  private static final long RESOLUTION_DELAY_NANOS = 50_000_000;

  /** Section 8 of the RFC. */
  private static final long ATTEMPT_DELAY_NANOS = 250_000_000;

  /** Attempts under way at the same time; a name may have any number of addresses. */
  private static final int MOST_ATTEMPTS = 16;

  /** What a message lists; all failures are in the exception. */
  private static final int MOST_LISTED = 8;

  private static final String CANNOT_CONNECT = "cannot connect to ";

  /** How one address is tried. */
  @FunctionalInterface
  interface Connector {
    /** Connects. Waits without limit; closes everything if it fails or is cancelled. */
    StreamSocket connect(InetSocketAddress address) throws IOException;
  }

  private final NameResolver resolver;
  private final Connector connector;
  private final Clock clock;
  private final String host;
  private final int port;

  /** What was found and not tried yet. */
  private final ArrayDeque<InetAddress> ipv6 = new ArrayDeque<>();

  private final ArrayDeque<InetAddress> ipv4 = new ArrayDeque<>();
  private boolean lastWasIpv6;
  private boolean lookedUp;
  private @Nullable UnknownHostException unknown;

  private final List<InetSocketAddress> pending = new ArrayList<>();
  private final List<IOException> failures = new ArrayList<>();
  private @Nullable StreamSocket winner;

  /** Whether there is a winner or never will be; otherwise the time is over. */
  private boolean decided;

  /** How the host of the group waits for news. */
  private @Nullable Waiter waiting;

  HappyEyeballs(NameResolver resolver, Connector connector, Clock clock, String host, int port) {
    this.resolver = resolver;
    this.connector = connector;
    this.clock = clock;
    this.host = host;
    this.port = port;
  }

  /** Connects by the loop's engine and the process's resolver; see {@link #connect(long)}. */
  static StreamSocket connect(Loop loop, String host, int port, long timeoutNanos)
      throws IOException {
    return new HappyEyeballs(
            Resolvers.getDefault(),
            address -> loop.engine().connect(address, 0),
            loop.clock(),
            host,
            port)
        .connect(timeoutNanos);
  }

  /**
   * Connects.
   *
   * @param timeoutNanos for everything, the lookup included; 0 for none
   * @throws UnknownHostException if the name cannot be resolved
   * @throws SocketTimeoutException after the time-out
   * @throws IOException if every address failed: that of the only one, or one with all of them
   */
  StreamSocket connect(long timeoutNanos) throws IOException {
    Task.checkpoint();
    try {
      TaskGroup.run(
          group -> {
            if (timeoutNanos > 0) {
              group.scope().withDeadline(Duration.ofNanos(timeoutNanos));
            }
            group.spawn("lookup of " + host, this::lookUp);
            race(group);
            decided = true;
            group.cancel();
          });
    } catch (TaskGroupException e) {
      abandon();
      throw e.getCause() instanceof RuntimeException bug
          ? bug
          : new IllegalStateException("a resolver or an engine is broken", e.getCause());
    } catch (Throwable e) {
      // Cancelled, or an error that was thrown into it, such as a Timeout.
      abandon();
      throw e;
    }
    StreamSocket connected = winner;
    if (connected != null) {
      return connected;
    }
    throw decided ? failure() : timedOut(timeoutNanos);
  }

  /** What is not returned did not happen. */
  private void abandon() {
    StreamSocket connected = winner;
    if (connected != null) {
      connected.close();
    }
  }

  /** The code of the group's first child. */
  private void lookUp() {
    try {
      resolver.lookup(host, this::found);
    } catch (UnknownHostException e) {
      unknown = e;
    } finally {
      lookedUp = true;
      tell();
    }
  }

  private void found(List<InetAddress> addresses) {
    for (InetAddress each : addresses) {
      (each instanceof Inet6Address ? ipv6 : ipv4).add(each);
    }
    tell();
  }

  /** Starts attempts until one succeeds or nothing is left to try. */
  private void race(TaskGroup group) {
    while (!lookedUp && ipv6.isEmpty() && ipv4.isEmpty()) {
      awaitNews(Waiter.FOREVER);
    }
    long begin = clock.nanoTime();
    while (!lookedUp && ipv6.isEmpty() && awaitNews(left(begin, RESOLUTION_DELAY_NANOS))) {}
    while (winner == null) {
      InetAddress address = pending.size() < MOST_ATTEMPTS ? next() : null;
      if (address != null) {
        attempt(group, new InetSocketAddress(address, port));
      } else if (lookedUp && pending.isEmpty()) {
        return;
      } else {
        awaitNews(Waiter.FOREVER);
      }
    }
  }

  /** The next address to try, of the other family than the last one if there is one. */
  private @Nullable InetAddress next() {
    boolean takeIpv6 = ipv4.isEmpty() || (!lastWasIpv6 && !ipv6.isEmpty());
    InetAddress address = (takeIpv6 ? ipv6 : ipv4).poll();
    if (address != null) {
      lastWasIpv6 = takeIpv6;
    }
    return address;
  }

  /** Starts an attempt and waits until it has failed or another one is due. */
  private void attempt(TaskGroup group, InetSocketAddress address) {
    pending.add(address);
    group.spawn("connection to " + address, () -> tryOut(address));
    long begin = clock.nanoTime();
    while (winner == null
        && pending.contains(address)
        && awaitNews(left(begin, ATTEMPT_DELAY_NANOS))) {}
  }

  private long left(long begin, long delay) {
    return begin + delay - clock.nanoTime();
  }

  /** The code of the other children. */
  private void tryOut(InetSocketAddress address) {
    try {
      StreamSocket connected = connector.connect(address);
      if (winner == null) {
        winner = connected;
      } else {
        connected.close();
      }
    } catch (IOException e) {
      failures.add(e);
      pending.remove(address);
    } finally {
      tell();
    }
  }

  private void tell() {
    Waiter host = waiting;
    if (host != null && !host.isGranted()) {
      host.grant();
      host.wake();
    }
  }

  /**
   * Waits until something has happened.
   *
   * @return false if the time is over
   */
  private boolean awaitNews(long nanos) {
    Waiter waiter = new Waiter();
    waiting = waiter;
    try {
      Waiter.Outcome outcome = waiter.await(this, nanos);
      if (outcome == Waiter.Outcome.CANCELLED) {
        Task.checkpoint();
      }
      return outcome != Waiter.Outcome.TIMED_OUT;
    } finally {
      waiting = null;
    }
  }

  /** Why there is no connection. What went wrong in a child is thrown as if it were here. */
  private IOException failure() {
    if (failures.isEmpty()) {
      UnknownHostException reason = unknown;
      IOException error =
          reason != null
              ? reason
              : new UnknownHostException("the resolver found no address for '" + host + "'");
      error.fillInStackTrace();
      return error;
    }
    IOException only = failures.getFirst();
    for (IOException each : failures) {
      // Not the fault of any address.
      only = each instanceof DescriptorsExhaustedException ? each : only;
    }
    if (failures.size() == 1 || only instanceof DescriptorsExhaustedException) {
      only.fillInStackTrace();
      return only;
    }
    String message =
        CANNOT_CONNECT
            + place()
            + " by any of its "
            + failures.size()
            + " addresses: "
            + listOfFailures();
    SocketException error =
        failures.stream().allMatch(NoRouteToHostException.class::isInstance)
            ? new NoRouteToHostException(message)
            : new ConnectException(message);
    failures.forEach(error::addSuppressed);
    return error;
  }

  private SocketTimeoutException timedOut(long timeoutNanos) {
    StringBuilder message = new StringBuilder("connecting to ").append(place());
    message.append(" took longer than ").append(timeoutNanos / 1_000_000).append(" ms: ");
    if (pending.isEmpty() && failures.isEmpty()) {
      message.append("the name was still being resolved");
    } else {
      message.append("no answer from ");
      message.append(pending.isEmpty() ? "the name servers" : listOfPending());
    }
    if (!failures.isEmpty()) {
      message.append("; ").append(listOfFailures());
    }
    SocketTimeoutException error = new SocketTimeoutException(message.toString());
    failures.forEach(error::addSuppressed);
    return error;
  }

  private String place() {
    return host + ":" + port;
  }

  private String listOfPending() {
    return pending.stream()
        .limit(MOST_LISTED)
        .map(Addresses::text)
        .collect(Collectors.joining(", "));
  }

  private String listOfFailures() {
    return failures.stream()
        .limit(MOST_LISTED)
        .map(each -> String.valueOf(each.getMessage()))
        .map(
            text ->
                text.startsWith(CANNOT_CONNECT) ? text.substring(CANNOT_CONNECT.length()) : text)
        .collect(Collectors.joining("; "));
  }
}
