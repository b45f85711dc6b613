package dev.loomlet.queue;

import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Source;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One of the things that a {@link Select} waits for. */
abstract sealed class Case<R extends @Nullable Object> permits TakeCase, PutCase, SourceCase {
  /** Where it stands in line, or null for a source. */
  final @Nullable Exchange<?> exchange;

  final @Nullable Handle via;

  Case(@Nullable Exchange<?> exchange, @Nullable Handle via) {
    this.exchange = exchange;
    this.via = via;
  }

  /**
   * Does it if that is possible without waiting.
   *
   * @return what came of it; null if it is not possible now
   */
  abstract @Nullable Object attempt() throws IOException;

  /** What came of it for an arm that was granted. */
  abstract Object gotBy(Arm<R> granted);

  /** Has the handler make the result, or throws what the operation would. */
  abstract R finish(Object got) throws Exception;

  private Exchange<?> line() {
    return Objects.requireNonNull(exchange);
  }

  long number() {
    return line().number;
  }

  Guard guard() {
    return line().guard;
  }

  /** Whether {@link #attempt} would do something. Under the guard. */
  abstract boolean isPossible();

  /** Adds an arm to its line. Under the guard. */
  abstract void join(Arm<R> arm);

  /** Takes an arm out of its line. */
  abstract void leave(Arm<R> arm);

  /** A wait for its source, or null if it has none. */
  @Nullable Watch newWatch() {
    return null;
  }

  /** A wait for a source that knows whether it has begun. */
  static final class Watch {
    private final Source source;
    private boolean begun;

    Watch(Source source) {
      this.source = source;
    }

    void begin(Runnable told) throws IOException {
      source.watch(told);
      begun = true;
    }

    void end() {
      if (begun) {
        begun = false;
        source.unwatch();
      }
    }
  }
}
