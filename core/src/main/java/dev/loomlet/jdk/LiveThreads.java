package dev.loomlet.jdk;

import java.util.stream.Stream;
import jdk.internal.vm.ThreadContainer;
import jdk.internal.vm.ThreadContainers;

/**
 * Shows a loop's greenlets to thread dumps ({@code jcmd PID Thread.dump_to_file}), grouped under
 * the loop's name.
 *
 * <p>The JDK would otherwise keep a concurrent set of all virtual threads, which costs time at each
 * start and 40 bytes a thread; a loop has a list of its own anyway.
 */
final class LiveThreads extends ThreadContainer implements ThreadRegistry {
  private final String name;
  private final Source source;
  private final Object registration;

  LiveThreads(String name, Source source) {
    super(true);
    this.name = name;
    this.source = source;
    this.registration = ThreadContainers.registerContainer(this);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Stream<Thread> threads() {
    return source.threads();
  }

  @Override
  public void close() {
    ThreadContainers.deregisterContainer(registration);
  }
}
