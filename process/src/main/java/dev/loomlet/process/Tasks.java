package dev.loomlet.process;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What is sent to the processes of a pool in place of what was given to it. */
final class Tasks {
  private Tasks() {}

  /** What a process is asked first, so that it is known when it is ready. */
  record Start(@Nullable SerializableAction initializer)
      implements SerializableCallable<@Nullable Void> {
    @Override
    public @Nullable Void call() throws Exception {
      if (initializer != null) {
        initializer.run();
      }
      return null;
    }
  }

  /** A task of the JDK's type. */
  record Call<T extends @Nullable Object>(Callable<T> task) implements SerializableCallable<T> {
    @Override
    public T call() throws Exception {
      return task.call();
    }
  }

  /** A task without a result of its own. */
  record Run<T extends @Nullable Object>(Runnable task, T value)
      implements SerializableCallable<T> {
    @Override
    public T call() {
      task.run();
      return value;
    }
  }

  /** A part of the items of a map. */
  record Chunk<A extends @Nullable Object, B extends @Nullable Object>(
      SerializableFunction<A, B> function, ArrayList<A> items)
      implements SerializableCallable<List<B>> {
    @Override
    public List<B> call() throws Exception {
      List<B> results = new ArrayList<>(items.size());
      for (int i = 0; i < items.size(); i++) {
        results.add(function.apply(items.get(i)));
      }
      return results;
    }
  }

  /** A function of pairs. */
  record OfPair<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>(
      SerializableBiFunction<A, B, C> function) implements SerializableFunction<Pair<A, B>, C> {
    @Override
    public C apply(Pair<A, B> pair) throws Exception {
      return function.apply(pair.first(), pair.second());
    }
  }

  /** Two arguments. */
  record Pair<A extends @Nullable Object, B extends @Nullable Object>(A first, B second)
      implements Serializable {}
}
