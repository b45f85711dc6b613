package dev.loomlet.queue;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** That an element can be put. */
final class PutCase<T, R extends @Nullable Object> extends Case<R> {
  private final Exchange<T> into;
  private final T element;
  private final Function<Answer, RuntimeException> refusal;
  private final Callable<? extends R> handler;

  PutCase(
      Exchange<T> into,
      @Nullable Handle via,
      T element,
      Function<Answer, RuntimeException> refusal,
      Callable<? extends R> handler) {
    super(into, via);
    this.into = into;
    this.element = element;
    this.refusal = refusal;
    this.handler = Objects.requireNonNull(handler);
  }

  @Override
  @Nullable Object attempt() {
    Answer answer = into.put(element, via, null);
    return answer == Answer.NOT_NOW ? null : answer;
  }

  @Override
  Object gotBy(Arm<R> granted) {
    return Exchange.answerOf(granted);
  }

  @Override
  R finish(Object got) throws Exception {
    if (got != Answer.DONE) {
      throw refusal.apply((Answer) got);
    }
    return handler.call();
  }

  @Override
  boolean isPossible() {
    return into.canPut(via);
  }

  @Override
  void join(Arm<R> arm) {
    arm.item = element;
    into.putters.add(arm);
  }

  @Override
  void leave(Arm<R> arm) {
    into.guard.lock();
    into.putters.remove(arm);
    into.guard.unlock();
  }
}
