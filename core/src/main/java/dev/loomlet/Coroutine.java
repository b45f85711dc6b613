package dev.loomlet;

import dev.loomlet.jdk.Stackful;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Code on a stack of its own that goes on when, and only when, somebody switches to it, and that
 * says itself to whom it switches; the counterpart of Python's {@code greenlet.greenlet}.
 *
 * {@snippet :
 * Coroutine[] pair = new Coroutine[2];
 * pair[0] = Coroutine.of(() -> { print(1); pair[1].switchTo(); print(3); pair[1].switchTo(); });
 * pair[1] = Coroutine.of(() -> { print(2); pair[0].switchTo(); print(4); });
 * pair[0].switchTo(); // 1 2 3 4
 * }
 *
 * <p>This is the tool to build schedulers and inverted control flow with; for concurrency there is
 * {@link Greenlet}, which a loop switches by itself.
 *
 * <p><b>Values.</b> The first switch passes its value to the body; each later one makes the {@link
 * #switchTo} in which the coroutine waits return it. So {@code x = c.switchTo(y)} sends {@code y}
 * to {@code c}, and {@code x} is what whoever switches back some day sends, which need not be
 * {@code c}. All values may be null.
 *
 * <p><b>Parents.</b> A coroutine's parent is where execution goes on when it ends: with its result
 * as the value, or with its error thrown. At first that is the coroutine which created it; above
 * all stands the root, which is what the thread does outside of coroutines. To switch to one that
 * has ended is to switch to its parent. An error reaches the parent as it is, not wrapped, even if
 * it is a checked exception; a {@link CoroutineExit} reaches it as an ordinary value.
 *
 * <p><b>Threads.</b> A coroutine belongs to the thread, platform thread or greenlet, that created
 * it, and all its methods are for that thread. If it sleeps or does I/O, the whole greenlet waits,
 * with all its coroutines, and other greenlets go on. If that is cancelled, {@link Cancelled} is
 * thrown in the current coroutine. Monitors belong to the thread, not to the coroutine that entered
 * them, and while one waits for a contended monitor, its loop waits, too.
 *
 * <p>The cancel scopes that the root is in hold in all. A coroutine may enter others itself, but
 * not switch inside of them.
 *
 * <p>One that is never switched to again is collected when it is unreachable; its {@code finally}
 * blocks do not run. {@link #kill} runs them.
 */
public final class Coroutine {

  /** The code of a coroutine. */
  @FunctionalInterface
  public interface Body {

    /**
     * Runs the code.
     *
     * @param first what the first switch passes
     * @return the result, for the parent
     * @throws Exception whatever goes wrong; thrown on in the parent
     */
    @Nullable Object run(@Nullable Object first) throws Exception;
  }

  private enum State {
    NEW,
    ACTIVE,
    DEAD
  }

  private final Trampoline trampoline;
  private State state;

  /** Null for the root. */
  private @Nullable Coroutine parent;

  private @Nullable Body body;

  /** Null for the root, and before the start and after the end. */
  private @Nullable Stackful stack;

  /** Creates a root. */
  Coroutine(Trampoline trampoline) {
    this.trampoline = trampoline;
    this.state = State.ACTIVE;
  }

  private Coroutine(Coroutine parent, Body body) {
    this.trampoline = parent.trampoline;
    this.state = State.NEW;
    this.parent = parent;
    this.body = body;
  }

  /**
   * Creates a coroutine, with the current one as its parent. It runs when somebody switches to it.
   *
   * @param body its code
   * @throws IllegalStateException on a JVM that cannot run greenlets
   */
  public static Coroutine of(Body body) {
    return new Coroutine(current(), Objects.requireNonNull(body));
  }

  /** As {@link #of(Body)}, for code without argument and result. */
  public static Coroutine of(Action body) {
    Objects.requireNonNull(body);
    return of(
        _ -> {
          body.run();
          return null;
        });
  }

  /** The coroutine that runs the caller: the thread's root if no other one does. */
  public static Coroutine current() {
    return Trampoline.ofThread().current;
  }

  /** As {@link #switchTo(Object)} with null. */
  public @Nullable Object switchTo() {
    return switchTo(null);
  }

  /**
   * Makes this the current coroutine. The caller goes on when somebody switches back to it, or when
   * a coroutine ends whose parent it is.
   *
   * @param value for the coroutine
   * @return what is passed to the caller then
   * @throws IllegalStateException on another thread; under a native frame. Also throws whatever is
   *     {@linkplain #throwInto thrown into} the caller.
   */
  public @Nullable Object switchTo(@Nullable Object value) {
    return trampoline.change(this, value, null);
  }

  /**
   * Makes this the current coroutine, and throws an error where it waits. One that has not started
   * dies of it, and then its parent gets it, as it does if this is dead already. greenlet's {@code
   * throw}.
   *
   * @return what is passed to the caller later, as by {@link #switchTo(Object)}
   */
  public @Nullable Object throwInto(Throwable error) {
    return trampoline.change(this, null, Objects.requireNonNull(error));
  }

  /**
   * Ends it: throws {@link CoroutineExit} where it waits. Its parent goes on, with that error as a
   * value.
   *
   * @return what is passed to the caller later, as by {@link #switchTo(Object)}
   */
  public @Nullable Object kill() {
    return throwInto(new CoroutineExit());
  }

  /** Where execution goes on when it ends; null for the root of a thread. */
  public @Nullable Coroutine parent() {
    return parent;
  }

  /**
   * Changes where execution goes on when it ends.
   *
   * @throws IllegalArgumentException if that one belongs to another thread, or is this one or a
   *     descendant of it
   * @throws IllegalStateException if this is a root; on another thread
   */
  public void setParent(Coroutine newParent) {
    trampoline.requireThread();
    if (parent == null) {
      throw new IllegalStateException("the root coroutine of a thread has no parent");
    }
    if (newParent.trampoline != trampoline) {
      throw new IllegalArgumentException("the parent belongs to another thread");
    }
    for (Coroutine each = newParent; each != null; each = each.parent) {
      if (each == this) {
        throw new IllegalArgumentException("a coroutine cannot be its own ancestor");
      }
    }
    parent = newParent;
  }

  /** Whether it was ever switched to, even if it has ended since. */
  public boolean isStarted() {
    return state != State.NEW;
  }

  /** Whether it has started and not ended; greenlet's truth value. */
  public boolean isActive() {
    return state == State.ACTIVE;
  }

  /** Whether it has ended. */
  public boolean isDead() {
    return state == State.DEAD;
  }

  Coroutine parentOrRoot() {
    return parent == null ? trampoline.root : parent;
  }

  /** Whether it can go on with a value, or with an error. */
  boolean canTake(boolean error) {
    return state == State.ACTIVE || (state == State.NEW && !error);
  }

  void die() {
    state = State.DEAD;
    body = null;
    stack = null;
  }

  /** Runs it until it pauses or ends. In the root. */
  void resume() {
    Stackful own = stack;
    if (own == null) {
      own = Stackful.coroutine(this::runBody);
      stack = own;
      state = State.ACTIVE;
    }
    own.resume();
  }

  /** Goes back to the root, which then resumes the current coroutine. */
  void pause() {
    Stackful own = Objects.requireNonNull(stack);
    if (!own.pause()) {
      trampoline.stay(this);
      throw new IllegalStateException("the coroutine cannot switch here: " + own.obstacle());
    }
  }

  private void runBody() {
    Object result = null;
    Throwable error = null;
    try {
      result = Objects.requireNonNull(body).run(trampoline.receive());
    } catch (CoroutineExit e) {
      result = e;
    } catch (Throwable e) {
      error = e;
    }
    die();
    trampoline.pass(parentOrRoot(), result, error);
  }

  @Override
  public String toString() {
    String condition =
        parent == null
            ? "root of " + trampoline.thread.getName()
            : this == trampoline.current
                ? "current"
                : switch (state) {
                  case NEW -> "new";
                  case ACTIVE -> "waiting";
                  case DEAD -> "dead";
                };
    return "Coroutine[" + condition + "]";
  }
}
