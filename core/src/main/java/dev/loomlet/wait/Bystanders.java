package dev.loomlet.wait;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Threads of Loomlet's own that wait for what comes from outside of the process and never wake a
 * greenlet, so that a program for which nothing else can happen is at its end all the same.
 */
public final class Bystanders {
  private static final Set<Thread> THREADS = ConcurrentHashMap.newKeySet();

  private Bystanders() {}

  /**
   * Starts one, a daemon.
   *
   * @param code must not complete anything that others wait for
   */
  public static void start(String name, Runnable code) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name(name)
            .unstarted(
                () -> {
                  try {
                    code.run();
                  } finally {
                    THREADS.remove(Thread.currentThread());
                  }
                });
    THREADS.add(thread);
    thread.start();
  }

  /** Whether a thread is one of them. */
  public static boolean contains(Thread thread) {
    return THREADS.contains(thread);
  }
}
