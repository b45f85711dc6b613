package dev.loomlet;

import dev.loomlet.jdk.Stackful;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Code that produces values one at a time, each when it is asked for; Python's generator.
 *
 * {@snippet :
 * var squares = Generator.<Integer>of(out -> {
 *   for (int i = 1; ; i++) {
 *     out.yield(i * i); // waits here for the next call of next
 *   }
 * });
 * squares.next(); // 1
 * squares.next(); // 4
 * }
 *
 * <p>The body runs on a stack of its own inside {@link #next}, and may yield anywhere in its calls.
 * A generator is an {@code Iterator}, and an {@code Iterable} of itself, hence good for one loop.
 * {@link TwoWayGenerator} can also be sent values and has a result.
 *
 * <p><b>Waiting.</b> Each step runs the body on the caller's thread. If the body sleeps or does
 * I/O, the whole greenlet that called {@code next} waits, and others go on. If that is cancelled
 * meanwhile, {@link Cancelled} is thrown in the body, and out of {@code next} if the body lets it
 * pass. {@code Thread.currentThread()} and {@link Greenlet#current()} in the body are the caller's.
 *
 * <p><b>Threads.</b> A generator belongs to the thread, platform thread or greenlet, that makes its
 * first step; on all others every step is an {@code IllegalStateException}, and so is a step inside
 * the body itself. To share values, hand them over in a queue. The monitors that the body holds
 * when it yields stay held, by the thread. Scoped values are those of the first step, throughout.
 * While the body waits for a contended monitor, its loop waits, too.
 *
 * <p><b>Scopes.</b> Cancel scopes and time-outs around a step hold in the body during that step.
 * The body may enter some itself, but not yield inside of them.
 *
 * <p><b>Errors.</b> What the body throws ends the generator and comes out of the step as it is, not
 * wrapped, even if it is a checked exception: catch {@code Exception} to get hold of it. Only a
 * {@code NoSuchElementException} becomes the cause of an {@code IllegalStateException}, for it
 * would be taken for the end of the values (PEP 479).
 *
 * <p><b>End.</b> A body that is left waiting takes memory until the generator is unreachable; then
 * it is collected, and its {@code finally} blocks do not run. {@link #close}, by a
 * try-with-resources, runs them.
 *
 * @param <T> type of the values
 */
@SuppressWarnings(
    "IterableAndIterator") // one iteration is what it is, and a loop over it is natural
public sealed class Generator<T extends @Nullable Object>
    implements Iterator<T>, Iterable<T>, AutoCloseable permits TwoWayGenerator {

  /**
   * The code of a generator.
   *
   * @param <T> type of the values
   */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {

    /**
     * Produces all values.
     *
     * @param out takes them; of use only in this body
     * @throws Exception whatever goes wrong; comes out of the step
     */
    void run(Yielder<T> out) throws Exception;
  }

  private static final VarHandle HOME;

  static {
    try {
      HOME = MethodHandles.lookup().findVarHandle(Generator.class, "home", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int NEW = 0;
  private static final int WAITING = 1;
  private static final int RUNNING = 2;
  private static final int ENDED = 3;

  /**
   * The thread that it belongs to while it is under way. All other fields are that thread's, which
   * is why a step needs no more than to look here.
   */
  private @Nullable Thread home;

  private int state;
  private @Nullable Body<T> body;
  private @Nullable Stackful stack;

  /** What was sent on the way in, what was yielded on the way out. */
  private @Nullable Object transfer;

  /** What the body is to throw at its yield. */
  private @Nullable Throwable thrown;

  /** What the body has thrown, until the caller has it. */
  private @Nullable Throwable failure;

  /** The greenlet that it belongs to, or null if that thread is none. */
  private @Nullable GreenletTask task;

  /** The cancel scope of the step's caller, while it runs. */
  private @Nullable CancelScope scope;

  /**
   * Whether {@link #hasNext} has made the step already, and the value lies in {@link #transfer}.
   */
  private boolean ahead;

  Generator(@Nullable Body<T> body) {
    this.body = body;
  }

  /**
   * Creates a generator. Nothing runs before the first step.
   *
   * @param body its code
   */
  public static <T extends @Nullable Object> Generator<T> of(Body<T> body) {
    return new Generator<>(Objects.requireNonNull(body));
  }

  /**
   * Creates a generator that can be sent values and has a result. Nothing runs before the first
   * step.
   *
   * @param body its code
   */
  public static <T extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
      TwoWayGenerator<T, S, R> twoWay(TwoWayGenerator.Body<T, S, R> body) {
    return new TwoWayGenerator<>(Objects.requireNonNull(body));
  }

  /**
   * Runs the body up to its next yield.
   *
   * @return what it yields
   * @throws NoSuchElementException if it has ended, now or before
   * @throws IllegalStateException inside the body; on another thread than the first step; on a JVM
   *     that cannot run greenlets
   */
  @Override
  public T next() {
    claim();
    if (!ahead && !advance(null, null)) {
      throw new NoSuchElementException("the generator has ended");
    }
    return take();
  }

  /**
   * Whether there is a next value. To know that it runs the body up to its next yield, unless it
   * has done so already. Errors are those of {@link #next}.
   */
  @Override
  public boolean hasNext() {
    claim();
    if (!ahead) {
      ahead = advance(null, null);
    }
    return ahead;
  }

  /**
   * Throws an error at the yield where the body waits, and runs it up to its next yield. One that
   * has not started ends, and one that has ended stays so; then the error comes out at once.
   * Python's {@code throw}.
   *
   * @return what it yields next
   * @throws NoSuchElementException if it ends normally
   * @throws IllegalStateException also after {@link #hasNext}, for the body is not where the error
   *     should strike; otherwise as {@link #next}
   */
  public T throwIn(Throwable error) {
    Objects.requireNonNull(error);
    claim();
    requireNotAhead();
    if (!advance(null, error)) {
      throw new NoSuchElementException("the generator has ended");
    }
    return take();
  }

  /**
   * Ends it: throws {@link GeneratorExit} at the yield where the body waits, so that its {@code
   * finally} blocks run. If it has not started or has ended there is nothing to do. Waits as long
   * as the body does in its {@code finally} blocks.
   *
   * @throws IllegalStateException if the body yields again instead; otherwise as {@link #next}
   */
  @Override
  public void close() {
    claim();
    if (state == NEW || state == ENDED) {
      end();
      return;
    }
    ahead = false;
    try {
      if (!advance(null, new GeneratorExit())) {
        return;
      }
    } catch (GeneratorExit e) {
      return;
    }
    transfer = null;
    throw new IllegalStateException(
        "the generator has yielded instead of ending when it was closed; let GeneratorExit pass,"
            + " and do not yield in a finally block");
  }

  /** Whether it has ended, normally or not. Makes no step. */
  public boolean isDone() {
    return state == ENDED;
  }

  /** Itself: there is only one iteration. */
  @Override
  public Iterator<T> iterator() {
    return this;
  }

  /** The values that are still to come, in order. For one thread: do not split it. */
  @Override
  public Spliterator<T> spliterator() {
    return Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED);
  }

  /**
   * The values that are still to come, as a sequential stream; closing it closes the generator.
   * Must not be made parallel.
   */
  public Stream<T> stream() {
    return StreamSupport.stream(spliterator(), false).onClose(this::close);
  }

  /** Runs the body to its end. */
  @Nullable Object call() throws Exception {
    Objects.requireNonNull(body).run(new Yielder<>(this));
    return null;
  }

  /** Drops the code, which may refer to anything. */
  void forget() {
    body = null;
  }

  /** What the body has returned. */
  @Nullable Object returned() {
    return null;
  }

  /** Keeps what the body returns. */
  void keep(@Nullable Object unused) {}

  /** Whether it takes what is sent. */
  boolean takesValues() {
    return false;
  }

  /** Makes sure that it is the calling thread's. */
  private void claim() {
    Thread self = Thread.currentThread();
    if (home != self && !HOME.compareAndSet(this, null, self)) {
      Thread other = home;
      throw new IllegalStateException(
          "the generator belongs to the thread that made its first step, "
              + (other == null ? "which has ended it just now" : other)
              + ", not to "
              + self
              + "; make one for each thread, or hand its values over in a queue");
    }
  }

  private void requireNotAhead() {
    if (ahead) {
      throw new IllegalStateException(
          "hasNext has run the body to a value that was not taken yet; call next first");
    }
  }

  /** Makes a step with a value, for generators that take some. */
  final T resume(@Nullable Object value) {
    claim();
    if (value != null) {
      requireNotAhead();
    } else if (ahead) {
      return take();
    }
    if (!advance(value, null)) {
      throw new NoSuchElementException("the generator has ended");
    }
    return take();
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // T says itself whether it may be null
  private T take() {
    Object value = transfer;
    transfer = null;
    ahead = false;
    return (T) value;
  }

  /**
   * Runs the body up to its next yield.
   *
   * @return false if it has ended normally
   */
  private boolean advance(@Nullable Object sent, @Nullable Throwable error) {
    Stackful own = stack;
    if (state != WAITING || own == null) {
      own = begin(sent, error);
      if (own == null) {
        return false;
      }
    }
    transfer = sent;
    thrown = error;
    CancelScope around = PauseInScope.innermost(task);
    if (around != scope) {
      scope = around;
    }
    state = RUNNING;
    try {
      own.resume();
    } catch (Throwable e) {
      // Not the body's: there is no memory or stack left to resume it.
      failure = e;
    }
    if (state == WAITING) {
      return true;
    }
    Throwable failed = failure;
    end();
    if (failed != null) {
      throw Thrown.unchecked(failed);
    }
    return false;
  }

  /** What a step means when the body does not wait at a yield; null if nothing is to be run. */
  private @Nullable Stackful begin(@Nullable Object sent, @Nullable Throwable error) {
    if (state == RUNNING) {
      throw new IllegalStateException(
          "the generator is already executing: its own body, or what that calls, asks for a step");
    }
    if (state == ENDED || error != null) {
      end();
      if (error != null) {
        throw Thrown.unchecked(error);
      }
      return null;
    }
    if (sent != null) {
      throw new IllegalStateException(
          "a generator that has not started waits at no yield that could return a value; call next"
              + " first");
    }
    Stackful own = Stackful.generator(this::runBody);
    stack = own;
    task = PauseInScope.task();
    return own;
  }

  private void runBody() {
    transfer = null;
    try {
      keep(call());
    } catch (NoSuchElementException e) {
      failure =
          new IllegalStateException(
              "the generator's body has thrown NoSuchElementException; to end it, return", e);
    } catch (Throwable e) {
      failure = e;
    }
    state = ENDED;
  }

  private void end() {
    state = ENDED;
    forget();
    stack = null;
    transfer = null;
    thrown = null;
    failure = null;
    task = null;
    scope = null;
    HOME.setRelease(this, null);
  }

  /** The body's side of a step: hands out a value and waits. The error to throw is in thrown. */
  private void pause(@Nullable Object value) {
    Stackful own = stack;
    if (own == null || home != Thread.currentThread() || state != RUNNING || !own.isInnermost()) {
      throw new IllegalStateException(
          "yield was called outside of its generator's body: "
              + (state == RUNNING
                  ? "in another generator, coroutine or thread, while the body waits for that one"
                  : "the body is not running"));
    }
    PauseInScope.refuse(task, scope, "a generator cannot yield");
    CancelScope around = scope;
    if (around != null) {
      scope = null;
    }
    transfer = value;
    state = WAITING;
    if (!own.pause()) {
      state = RUNNING;
      transfer = null;
      scope = around;
      throw new IllegalStateException("the generator cannot yield here: " + own.obstacle());
    }
  }

  /** Yields a value. */
  final @Nullable Object yieldOne(@Nullable Object value) {
    pause(value);
    Throwable error = thrown;
    if (error != null) {
      thrown = null;
      throw Thrown.unchecked(error);
    }
    Object sent = transfer;
    transfer = null;
    return sent;
  }

  /** Yields what another generator does, and passes on to it what comes in (PEP 380). */
  final @Nullable Object yieldFrom(Generator<?> inner) {
    inner.claim();
    boolean more = inner.hasNext();
    while (more) {
      pause(inner.take());
      Throwable error = thrown;
      thrown = null;
      Object sent = transfer;
      transfer = null;
      if (error instanceof GeneratorExit) {
        inner.close();
        throw Thrown.unchecked(error);
      }
      if (sent != null && !inner.takesValues()) {
        throw valueForNobody();
      }
      inner.claim();
      more = inner.advance(sent, error);
    }
    return inner.returned();
  }

  /** Yields what an iterator does; it is closed with the generator if it can be. */
  final void yieldFrom(Iterator<?> inner) {
    if (inner instanceof Generator<?> generator) {
      yieldFrom(generator);
      return;
    }
    while (inner.hasNext()) {
      Object sent;
      try {
        sent = yieldOne(inner.next());
      } catch (GeneratorExit e) {
        if (inner instanceof AutoCloseable closeable) {
          close(closeable);
        }
        throw e;
      }
      if (sent != null) {
        throw valueForNobody();
      }
    }
  }

  private static void close(AutoCloseable inner) {
    try {
      inner.close();
    } catch (Exception e) {
      throw Thrown.unchecked(e);
    }
  }

  private static IllegalStateException valueForNobody() {
    return new IllegalStateException(
        "a value was sent while the generator passes on the values of something that takes none");
  }

  @Override
  public String toString() {
    String condition =
        switch (state) {
          case NEW -> "new";
          case WAITING -> "waiting";
          case RUNNING -> "running";
          default -> "ended";
        };
    return "Generator[" + condition + "]";
  }
}
