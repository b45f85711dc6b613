package dev.loomlet.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * An echo server that takes part in a comparison, and its load generator: each has one of its own,
 * because a process may not have open as many files as all of them need together.
 *
 * <p>Between visits the server is stopped by a signal. One that looks for work round and round, or
 * a JVM that still compiles, would otherwise take the processor from those that are measured.
 */
final class EchoGuest implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

  private final ServerProcess server;
  private final LoadControl control;
  private final boolean jvm;

  /**
   * How a server did in one visit.
   *
   * @param used by the server's process meanwhile
   * @param load what came out at the other end
   */
  record Visit(ProcessSample used, LoadControl.Visit load) {

    /** Processor time of the server for a request. */
    double cpuMicros() {
      return used.cpuNanos() / 1e3 / requests();
    }

    /** The kernel's switches between threads of the server for a request. */
    double switches() {
      // Those of threads that have ended meanwhile are not known any more.
      return Math.max(0, used.contextSwitches()) / requests();
    }

    /** Not 0, for it is divided by. */
    double requests() {
      return Math.max(1, load.requests());
    }
  }

  private EchoGuest(ServerProcess server, LoadControl control, boolean jvm) {
    this.server = server;
    this.control = control;
    this.jvm = jvm;
  }

  /**
   * Starts both.
   *
   * @throws IOException if one of them cannot be started
   */
  static EchoGuest start(EchoServer what, EchoPlaces places) throws IOException {
    ServerProcess server =
        ServerProcess.start(what.name(), places.forServer(what.command()), START_TIMEOUT);
    try {
      LoadControl control = new LoadControl(places.load());
      server.pause();
      return new EchoGuest(server, control, what.jvm());
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  String name() {
    return server.name();
  }

  long pid() {
    return server.pid();
  }

  /**
   * Opens connections and warms the server up.
   *
   * @param jvmWarmUp how long that takes for a JVM
   * @param visit and for all others
   * @throws IOException if not all can be opened
   */
  void open(int connections, Duration jvmWarmUp, Duration visit) throws IOException {
    server.resume();
    try {
      control.open(name(), server.port(), connections);
      if (jvm && jvmWarmUp.compareTo(visit) > 0) {
        control.run(name(), jvmWarmUp);
        // Frames that were interpreted when a connection began would stay below all others as long
        // as it lasts, and would slow down every switch to its thread.
        control.close(name());
        control.open(name(), server.port(), connections);
      }
      control.run(name(), visit);
    } finally {
      server.pause();
    }
  }

  /** Has all connections ask for a time. */
  Visit visit(Duration time) throws IOException {
    server.resume();
    try {
      ProcessSample before = server.sample();
      LoadControl.Visit load = control.run(name(), time);
      return new Visit(server.sample().minus(before), load);
    } catch (IllegalStateException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      server.pause();
    }
  }

  /**
   * Has all connections ask for a time, while the server's system calls are counted.
   *
   * @return how many for a request
   * @throws IOException if they cannot be counted
   */
  double systemCalls(SystemCallCounter counter, Duration time) throws IOException {
    server.resume();
    try (SystemCallCounter.Count count = counter.start(pid())) {
      LoadControl.Visit load = control.run(name(), time);
      return count.stop() / Math.max(1, load.requests());
    } finally {
      server.pause();
    }
  }

  /** Closes the connections; the server can be visited with others. */
  void leave() throws IOException {
    server.resume();
    try {
      control.close(name());
    } finally {
      server.pause();
    }
  }

  /** What the server has complained about last; empty if nothing. */
  List<String> complaints() {
    return server.complaints();
  }

  @Override
  public void close() {
    control.close();
    server.close();
  }
}
