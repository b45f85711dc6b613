package dev.loomlet.wait;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * What others remember of a thread without keeping it, or what it returned, from being collected:
 * its name, whether it has ended and, of a greenlet, how.
 */
public final class Life extends WeakReference<Thread> {
  private static final int LONGEST = 300;

  private final long id;
  private final boolean greenlet;
  private final boolean virtual;
  private final String given;

  /** How it ended; null while it lives, and for all but greenlets. */
  private volatile @Nullable String end;

  private volatile boolean failed;

  Life(Thread thread, boolean greenlet) {
    super(thread);
    this.id = thread.threadId();
    this.greenlet = greenlet;
    this.virtual = thread.isVirtual();
    this.given = thread.getName();
  }

  /**
   * That of the caller.
   *
   * @param self the calling thread
   */
  public static Life of(Thread self) {
    Task task = Task.of(self);
    return task == null ? new Life(self, false) : task.life();
  }

  /** The number of its thread; no other one ever has it. */
  public long id() {
    return id;
  }

  /** Whether it is a greenlet's. */
  public boolean isGreenlet() {
    return greenlet;
  }

  /** Whether it is a virtual thread's, as every greenlet's is. */
  public boolean isVirtual() {
    return virtual;
  }

  /** Its name when it was first remembered; empty if it had none. */
  public String name() {
    return given;
  }

  /** Whether it has ended. Any thread; what has ended stays so. */
  public boolean isOver() {
    if (end != null) {
      return true;
    }
    Thread thread = get();
    return thread == null || !thread.isAlive();
  }

  /** Whether it is known to have ended by an error. */
  public boolean hasFailed() {
    return failed;
  }

  /** How it ended, in words; those of a thread that is no greenlet never say more than that. */
  public String end() {
    String known = end;
    return known == null ? "ended" : known;
  }

  void succeeded() {
    end = "ended";
  }

  void cancelled() {
    end = "cancelled";
  }

  /** Keeps the error's text, not the error, in which anything may hang. */
  void failed(Throwable error) {
    String text;
    try {
      text = error.toString();
    } catch (Throwable e) {
      // The text is a stranger's code.
      text = error.getClass().getName();
    }
    failed = true;
    end = "failed: " + (text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text);
  }
}
