package dev.loomlet.wait;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Something that may become ready and that one can be told of, besides what it does for its users:
 * the end of an awaitable, a connection on a listener. One object is one wait for it.
 *
 * <p>Its class says how, without showing that to everybody, by {@link #provide}.
 */
public abstract class Source {
  private static final Map<Class<?>, Function<Object, Source>> KINDS = new ConcurrentHashMap<>();

  /** Creates a wait that has not begun. */
  protected Source() {}

  /**
   * Says how things of a kind are waited for.
   *
   * @param kind calls this when it is initialised
   */
  @SuppressWarnings("unchecked") // of asks with things of this kind only
  public static <S> void provide(Class<? super S> kind, Function<S, Source> maker) {
    KINDS.put(kind, (Function<Object, Source>) (Function<?, Source>) maker);
  }

  /** A wait for something. */
  public static <S> Source of(Class<? super S> kind, S thing) {
    return Objects.requireNonNull(KINDS.get(kind)).apply(thing);
  }

  /** Whether it is ready. Does not wait. */
  public abstract boolean isReady() throws IOException;

  /**
   * Begins to wait.
   *
   * @param told is run once when it is ready, on whatever thread, perhaps at once; must be short
   */
  public abstract void watch(Runnable told) throws IOException;

  /** Ends the wait; the task may be run all the same if that happens at the same time. */
  public abstract void unwatch();
}
