package dev.loomlet.process;

import dev.loomlet.AsyncResult;
import dev.loomlet.Loomlet;
import dev.loomlet.Until;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Results of chunks as they come, with a few chunks begun ahead. For one caller at a time. */
final class ChunkResults<A extends @Nullable Object, B extends @Nullable Object>
    implements Iterator<B> {
  private final Iterator<? extends A> items;
  private final int ahead;
  private final boolean ordered;
  private final Function<Iterator<? extends A>, ProcessFuture<List<B>>> begin;
  private final ArrayDeque<ProcessFuture<List<B>>> begun = new ArrayDeque<>();
  private Iterator<B> current = new ArrayList<B>().iterator();

  ChunkResults(
      Iterator<? extends A> items,
      int ahead,
      boolean ordered,
      Function<Iterator<? extends A>, ProcessFuture<List<B>>> begin) {
    this.items = items;
    this.ahead = ahead;
    this.ordered = ordered;
    this.begin = begin;
    fill();
  }

  private void fill() {
    while (begun.size() < ahead && items.hasNext()) {
      begun.add(begin.apply(items));
    }
  }

  @Override
  public boolean hasNext() {
    return current.hasNext() || !begun.isEmpty();
  }

  @Override
  public B next() {
    while (!current.hasNext()) {
      ProcessFuture<List<B>> next = ordered ? begun.peek() : firstDone();
      if (next == null) {
        throw new NoSuchElementException("there are no more results");
      }
      next.result().join();
      begun.remove(next);
      fill();
      current = resultOf(next).iterator();
    }
    return current.next();
  }

  private @Nullable ProcessFuture<List<B>> firstDone() {
    if (begun.isEmpty()) {
      return null;
    }
    List<AsyncResult<List<B>>> results = new ArrayList<>();
    begun.forEach(each -> results.add(each.result()));
    Loomlet.await(results, Until.FIRST_COMPLETED);
    for (ProcessFuture<List<B>> each : begun) {
      if (each.isDone()) {
        return each;
      }
    }
    throw new AssertionError("one of them is done");
  }

  private static <B extends @Nullable Object> List<B> resultOf(ProcessFuture<List<B>> done) {
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw new PoolTaskException(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      throw new CancellationException("interrupted");
    }
  }
}
