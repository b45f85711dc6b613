package dev.loomlet.wait;

import dev.loomlet.Loop;
import dev.loomlet.engine.Watchable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a selector gets hold of what is behind a socket, a pipe and so on, without those showing it
 * to everybody: their classes say so, by {@link #provide}.
 *
 * @param loop whose it is
 * @param target what is asked and observed
 */
public record Watched(Loop loop, Watchable target) {
  private static final Map<Class<?>, Function<Object, Behind>> KINDS = new ConcurrentHashMap<>();

  /**
   * Says how things of a kind are watched.
   *
   * @param kind calls this when it is initialised
   */
  @SuppressWarnings("unchecked") // of asks with things of this kind only
  public static <S> void provide(Class<? super S> kind, Function<S, Behind> maker) {
    KINDS.put(kind, (Function<Object, Behind>) (Function<?, Behind>) maker);
  }

  /**
   * What is behind something.
   *
   * @param loop whose it is
   * @param thing which is {@link Watchable}, unless it keeps bytes of its own, as TLS does
   */
  public record Behind(Loop loop, Object thing) {}

  /** How something is watched; null if that is not known. */
  public static @Nullable Watched of(Object thing) {
    for (Class<?> kind = thing.getClass(); kind != null; kind = kind.getSuperclass()) {
      Function<Object, Behind> maker = KINDS.get(kind);
      if (maker != null) {
        Behind behind = maker.apply(thing);
        return behind.thing instanceof Watchable target ? new Watched(behind.loop, target) : null;
      }
    }
    return null;
  }
}
