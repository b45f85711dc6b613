package dev.loomlet.queue;

import dev.loomlet.wait.Guard;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The least first; of equal ones the one that came first.
 *
 * <p>A leftist heap (Crane, 1972) of immutable nodes. A comparator is somebody else's code and may
 * do anything, so it must not run under the guard: a change is worked out on the side, from the
 * state as it is, and under the guard only put in its place, if that state is still the present
 * one.
 */
final class HeapStorage<E> extends Storage<E> {
  /**
   * A node and what hangs below it.
   *
   * @param order tells apart elements that compare as equal
   * @param rank how many nodes it is to the nearest free place; to the right it is never farther
   */
  private record Node<E>(
      E element, long order, int rank, @Nullable Node<E> left, @Nullable Node<E> right) {}

  /** All that there is at a time; compared by identity. */
  private static final class State<E> {
    final @Nullable Node<E> root;
    final int count;
    final long nextOrder;

    State(@Nullable Node<E> root, int count, long nextOrder) {
      this.root = root;
      this.count = count;
      this.nextOrder = nextOrder;
    }
  }

  /**
   * A change.
   *
   * @param after null if nothing is to be done
   */
  private record Plan<E>(State<E> before, @Nullable State<E> after) {}

  private final Comparator<? super E> comparator;
  private volatile State<E> state = new State<>(null, 0, 0);

  HeapStorage(Comparator<? super E> comparator) {
    this.comparator = comparator;
  }

  @Override
  boolean isPlanned() {
    return true;
  }

  @Override
  Object planAdd(E element) {
    State<E> before = state;
    if (before.root == null) {
      // Nothing else would tell that it cannot be compared, until the next one comes.
      int _ = comparator.compare(element, element);
    }
    Node<E> added = new Node<>(element, before.nextOrder, 1, null, null);
    return new Plan<>(
        before, new State<>(merge(before.root, added), before.count + 1, before.nextOrder + 1));
  }

  @Override
  Object planRemoveFirst() {
    State<E> before = state;
    Node<E> root = before.root;
    return new Plan<>(
        before,
        root == null
            ? null
            : new State<>(merge(root.left, root.right), before.count - 1, before.nextOrder));
  }

  @Override
  Object planRemoveSame(Object element) {
    State<E> before = state;
    List<Node<E>> nodes = nodes(before);
    Node<E> found = null;
    for (Node<E> each : nodes) {
      if (each.element == element && (found == null || each.order < found.order)) {
        found = each;
      }
    }
    if (found == null) {
      return new Plan<>(before, null);
    }
    Queue<Node<E>> parts = new ArrayDeque<>();
    for (Node<E> each : nodes) {
      if (each != found) {
        parts.add(new Node<>(each.element, each.order, 1, null, null));
      }
    }
    while (parts.size() > 1) {
      parts.add(Objects.requireNonNull(merge(parts.remove(), parts.remove())));
    }
    return new Plan<>(before, new State<>(parts.poll(), before.count - 1, before.nextOrder));
  }

  private @Nullable Node<E> merge(@Nullable Node<E> one, @Nullable Node<E> other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    boolean inOrder = compare(one, other) < 0;
    Node<E> top = inOrder ? one : other;
    Node<E> below = Objects.requireNonNull(merge(top.right, inOrder ? other : one));
    Node<E> left = top.left;
    return left == null || left.rank < below.rank
        ? new Node<>(top.element, top.order, 1 + (left == null ? 0 : left.rank), below, left)
        : new Node<>(top.element, top.order, 1 + below.rank, left, below);
  }

  private int compare(Node<E> one, Node<E> other) {
    int result = comparator.compare(one.element, other.element);
    return result != 0 ? result : Long.compare(one.order, other.order);
  }

  private static <E> List<Node<E>> nodes(State<E> state) {
    List<Node<E>> nodes = new ArrayList<>(state.count);
    if (state.root != null) {
      nodes.add(state.root);
    }
    for (int i = 0; i < nodes.size(); i++) {
      Node<E> node = nodes.get(i);
      if (node.left != null) {
        nodes.add(node.left);
      }
      if (node.right != null) {
        nodes.add(node.right);
      }
    }
    return nodes;
  }

  @Override
  boolean fits(@Nullable Object plan) {
    return plan != null && ((Plan<?>) plan).before == state;
  }

  @SuppressWarnings("unchecked") // made by this
  private boolean carryOut(@Nullable Object plan) {
    State<E> after = ((Plan<E>) Objects.requireNonNull(plan)).after;
    if (after == null) {
      return false;
    }
    state = after;
    size = after.count;
    return true;
  }

  @Override
  void add(E element, @Nullable Object plan) {
    carryOut(plan);
  }

  @Override
  E first() {
    return Objects.requireNonNull(state.root).element;
  }

  @Override
  E removeFirst(@Nullable Object plan) {
    E first = first();
    carryOut(plan);
    return first;
  }

  @Override
  boolean removeSame(Object element, @Nullable Object plan) {
    return carryOut(plan);
  }

  @Override
  void clear() {
    state = new State<>(null, 0, state.nextOrder);
    size = 0;
  }

  @Override
  Object[] snapshot(Guard guard) {
    List<Node<E>> nodes = nodes(state);
    nodes.sort(this::compare);
    Object[] copy = new Object[nodes.size()];
    Arrays.setAll(copy, i -> nodes.get(i).element);
    return copy;
  }
}
