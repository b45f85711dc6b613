package dev.loomlet.process;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A function that a pool applies to many items, a few of which make one task. */
final class ChunkedMap<A extends @Nullable Object, B extends @Nullable Object> {
  private static final int CHUNKS_PER_PROCESS = 4;

  private final SerializableFunction<A, B> function;
  private final int processes;
  private final Function<Tasks.Chunk<A, B>, ProcessFuture<List<B>>> begin;

  ChunkedMap(
      SerializableFunction<A, B> function,
      int processes,
      Function<Tasks.Chunk<A, B>, ProcessFuture<List<B>>> begin) {
    this.function = function;
    this.processes = processes;
    this.begin = begin;
  }

  static void checkChunkSize(int chunkSize) {
    if (chunkSize < 1) {
      throw new IllegalArgumentException("a chunk has at least 1 item, not " + chunkSize);
    }
  }

  /**
   * All results, in the order of the items.
   *
   * @param chunkSize 0 for what fits
   */
  List<B> map(Collection<? extends A> items, int chunkSize)
      throws InterruptedException, ExecutionException {
    int most = processes * CHUNKS_PER_PROCESS;
    int size = chunkSize > 0 ? chunkSize : Math.max(1, (items.size() + most - 1) / most);
    List<ProcessFuture<List<B>>> futures = new ArrayList<>();
    try {
      Iterator<? extends A> all = items.iterator();
      while (all.hasNext()) {
        futures.add(chunk(all, size));
      }
      List<B> results = new ArrayList<>(items.size());
      for (ProcessFuture<List<B>> each : futures) {
        results.addAll(each.get());
      }
      return results;
    } finally {
      futures.forEach(each -> each.cancel(false));
    }
  }

  /**
   * The results as they come.
   *
   * @param ordered whether in the order of the items
   */
  Iterator<B> results(Iterable<? extends A> items, int chunkSize, boolean ordered) {
    checkChunkSize(chunkSize);
    return new ChunkResults<>(
        items.iterator(), 2 * processes, ordered, all -> chunk(all, chunkSize));
  }

  private ProcessFuture<List<B>> chunk(Iterator<? extends A> items, int count) {
    ArrayList<A> taken = new ArrayList<>();
    while (taken.size() < count && items.hasNext()) {
      taken.add(items.next());
    }
    return begin.apply(new Tasks.Chunk<>(function, taken));
  }
}
