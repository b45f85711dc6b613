package dev.loomlet.queue;

import dev.loomlet.wait.Source;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** That something else is ready. */
final class SourceCase<S, R extends @Nullable Object> extends Case<R> {
  private final Class<? super S> kind;
  private final S thing;
  private final Select.Handler<? super S, ? extends R> handler;

  SourceCase(Class<? super S> kind, S thing, Select.Handler<? super S, ? extends R> handler) {
    super(null, null);
    this.kind = kind;
    this.thing = Objects.requireNonNull(thing);
    this.handler = Objects.requireNonNull(handler);
  }

  @Override
  @Nullable Object attempt() throws IOException {
    return Source.of(kind, thing).isReady() ? thing : null;
  }

  @Override
  Object gotBy(Arm<R> granted) {
    return thing;
  }

  @Override
  R finish(Object got) throws Exception {
    return handler.handle(thing);
  }

  @Override
  Watch newWatch() {
    return new Watch(Source.of(kind, thing));
  }

  @Override
  boolean isPossible() {
    return false;
  }

  @Override
  void join(Arm<R> arm) {
    throw new AssertionError("a source has no line");
  }

  @Override
  void leave(Arm<R> arm) {
    throw new AssertionError("a source has no line");
  }
}
