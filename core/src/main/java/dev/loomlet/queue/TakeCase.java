package dev.loomlet.queue;

import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** That an element can be taken. */
final class TakeCase<T, R extends @Nullable Object> extends Case<R> {
  private final Exchange<T> from;
  private final Function<Answer, RuntimeException> refusal;
  private final Select.Handler<? super T, ? extends R> handler;

  TakeCase(
      Exchange<T> from,
      @Nullable Handle via,
      Function<Answer, RuntimeException> refusal,
      Select.Handler<? super T, ? extends R> handler) {
    super(from, via);
    this.from = from;
    this.refusal = refusal;
    this.handler = Objects.requireNonNull(handler);
  }

  @Override
  @Nullable Object attempt() {
    return from.take(via, null);
  }

  @Override
  Object gotBy(Arm<R> granted) {
    return Objects.requireNonNull(granted.item);
  }

  @Override
  @SuppressWarnings("unchecked")
  R finish(Object got) throws Exception {
    if (got instanceof Answer refused) {
      throw refusal.apply(refused);
    }
    return handler.handle((T) got);
  }

  @Override
  boolean isPossible() {
    return from.canTake(via);
  }

  @Override
  void join(Arm<R> arm) {
    from.takers.add(arm);
  }

  @Override
  void leave(Arm<R> arm) {
    from.guard.lock();
    from.takers.remove(arm);
    from.guard.unlock();
  }
}
