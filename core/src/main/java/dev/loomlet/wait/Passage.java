package dev.loomlet.wait;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something that passes what some threads give to those who take it, as one sees it who asks why
 * nothing passes. Any thread; does not wait.
 *
 * <p>Its class says how, without showing that to everybody, by {@link #provide}.
 */
public abstract class Passage {
  private static final Map<Class<?>, Function<Object, Passage>> KINDS = new ConcurrentHashMap<>();

  /** Creates a view. */
  protected Passage() {}

  /**
   * Says how things of a kind are looked at.
   *
   * @param kind calls this when it is initialised
   */
  @SuppressWarnings("unchecked") // of asks with things of this kind only
  public static <S> void provide(Class<? super S> kind, Function<S, Passage> maker) {
    KINDS.put(kind, (Function<Object, Passage>) (Function<?, Passage>) maker);
  }

  /** A view of something. */
  public static <S> Passage of(Class<? super S> kind, S thing) {
    return Objects.requireNonNull(KINDS.get(kind)).apply(thing);
  }

  /** How it stands; null if nobody waits at it. */
  public abstract @Nullable Standstill standstill();

  /**
   * Some wait on one side, because nothing comes from the other.
   *
   * @param toTake whether they wait for something to take; otherwise for room
   * @param others who have used the other side
   * @param handles how many open handles there are for the other side; 0 if it can be used without
   * @param dropped whether nobody can use one of these any more, nor any that is made of them
   */
  public record Standstill(boolean toTake, Past others, int handles, boolean dropped) {}

  /**
   * Those who wait on one side, the one who came first in front.
   *
   * @param limit how many at most
   */
  public abstract List<Thread> waiting(boolean toTake, int limit);
}
