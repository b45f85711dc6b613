package dev.loomlet.process;

/**
 * The process that held a lock has ended without releasing it. The caller holds the lock now, and
 * what it guards may be half changed: repair it, call {@link SharedLock#makeConsistent}, and unlock
 * (pthread_mutex_lock(3), EOWNERDEAD).
 */
public final class OwnerDiedException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  OwnerDiedException(long pid) {
    super(
        "process "
            + pid
            + " ended while it held the lock; you hold it now: repair what it guards, call"
            + " makeConsistent, and unlock");
  }
}
