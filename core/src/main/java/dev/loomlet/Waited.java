package dev.loomlet;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What {@link Loomlet#await} found: those that have ended and those that go on, both in the order
 * in which they were given. Unmodifiable.
 *
 * @param done have ended, well or not
 * @param pending go on
 */
public record Waited<A extends Awaitable<?>>(Set<A> done, Set<A> pending) {

  static <A extends Awaitable<?>> Waited<A> of(Collection<A> awaitables) {
    Set<A> done = new LinkedHashSet<>();
    Set<A> pending = new LinkedHashSet<>();
    for (A each : awaitables) {
      (each.isDone() ? done : pending).add(each);
    }
    return new Waited<>(Collections.unmodifiableSet(done), Collections.unmodifiableSet(pending));
  }
}
