package dev.loomlet.sim.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether the answers in a history are those of a correct object that did one operation after
 * another, each at some moment between its call and its answer (Herlihy and Wing, "Linearizability:
 * A Correctness Condition for Concurrent Objects", 1990).
 *
 * <p>The search is that of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993), which
 * tries to put first each operation that was called before any answer came; with Lowe's memory of
 * what was tried ("Testing for Linearizability", 2017): which operations are done, and the state
 * they led to. An operation without an answer may be put anywhere after its call, or nowhere.
 */
public final class Linearizability {
  private static final int MOST_SHOWN = 60;

  private Linearizability() {}

  /**
   * Checks a history.
   *
   * @throws AssertionError with a counterexample, if no order explains it
   */
  public static <S> void check(List<Operation> history, Model<S> model) {
    Map<Object, List<Operation>> parts = new LinkedHashMap<>();
    for (Operation each : history) {
      parts.computeIfAbsent(model.partOf(each), _ -> new ArrayList<>()).add(each);
    }
    for (Map.Entry<Object, List<Operation>> each : parts.entrySet()) {
      if (!new Search<>(each.getValue(), model).succeeds()) {
        throw new AssertionError(explain(each.getKey(), each.getValue(), model));
      }
    }
  }

  /** Whether some order explains it. */
  public static <S> boolean isLinearizable(List<Operation> history, Model<S> model) {
    try {
      check(history, model);
      return true;
    } catch (AssertionError e) {
      return false;
    }
  }

  // the counterexample

  private static <S> String explain(Object part, List<Operation> history, Model<S> model) {
    List<Operation> smallest = smallest(history, model);
    Search<S> search = new Search<>(smallest, model);
    search.succeeds();
    StringBuilder text = new StringBuilder("not linearizable");
    if (!part.equals("")) {
      text.append(", for ").append(part);
    }
    Operation breaking = lastAnswered(smallest);
    text.append(": no order of these operations explains ").append(breaking).append('\n');
    int from = Math.max(0, smallest.size() - MOST_SHOWN);
    draw(text, smallest.subList(from, smallest.size()), breaking);
    text.append("the longest order that goes well:\n");
    for (Operation each : search.longest()) {
      text.append("  ").append(each).append('\n');
    }
    text.append("which leads to the state ").append(search.longestState());
    text.append(", in which none of those that could be next fits");
    return text.toString();
  }

  /** The history up to the first answer that makes it impossible. */
  private static <S> List<Operation> smallest(List<Operation> history, Model<S> model) {
    List<Long> answers =
        history.stream().filter(Operation::isComplete).map(Operation::returned).sorted().toList();
    int low = 0;
    int high = answers.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (new Search<>(until(history, answers.get(middle)), model).succeeds()) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return until(history, answers.get(low));
  }

  private static List<Operation> until(List<Operation> history, long position) {
    List<Operation> cut = new ArrayList<>();
    for (Operation each : history) {
      if (each.called() > position) {
        continue;
      }
      cut.add(
          each.returned() <= position
              ? each
              : new Operation(
                  each.id(),
                  each.client(),
                  each.name(),
                  each.argument(),
                  null,
                  each.called(),
                  Operation.NEVER));
    }
    return cut;
  }

  private static Operation lastAnswered(List<Operation> history) {
    return history.stream()
        .filter(Operation::isComplete)
        .max(Comparator.comparingLong(Operation::returned))
        .orElseThrow();
  }

  /** A line for each operation, with a bar from its call to its answer. */
  private static void draw(StringBuilder text, List<Operation> history, Operation breaking) {
    List<Long> moments = new ArrayList<>();
    for (Operation each : history) {
      moments.add(each.called());
      if (each.isComplete()) {
        moments.add(each.returned());
      }
    }
    moments.sort(null);
    int width = Math.min(moments.size(), 100);
    for (Operation each : history) {
      int from = column(moments, each.called(), width);
      int to = each.isComplete() ? column(moments, each.returned(), width) : width;
      text.append("  ").append(" ".repeat(from)).append('|');
      text.append("-".repeat(Math.max(0, to - from - 1)));
      text.append(each.isComplete() ? '|' : '>');
      text.append(" ".repeat(Math.max(1, width - to + 1)));
      text.append(each).append(each.equals(breaking) ? "   <- this" : "").append('\n');
    }
  }

  private static int column(List<Long> moments, long moment, int width) {
    return (int) ((long) moments.indexOf(moment) * width / moments.size());
  }

  // the search

  private static final class Search<S> {
    private final List<Operation> history;
    private final Model<S> model;
    private final Node head;
    private final Set<Tried<S>> tried = new HashSet<>();
    private int completeLeft;
    private List<Operation> longest = List.of();
    private S longestState;

    /** A call or an answer, in a list from which operations are taken and put back. */
    private static final class Node {
      final @Nullable Operation call;
      @Nullable Node answer;
      @Nullable Node previous;
      @Nullable Node next;

      Node(@Nullable Operation call) {
        this.call = call;
      }
    }

    private record Tried<S>(BitSet done, S state) {}

    private record Choice<S>(Node node, S before) {}

    Search(List<Operation> history, Model<S> model) {
      this.history = history;
      this.model = model;
      this.head = new Node(null);
      this.longestState = model.initial();
      record Moment(long at, Node node) {}
      List<Moment> moments = new ArrayList<>();
      for (Operation each : history) {
        Node call = new Node(each);
        moments.add(new Moment(each.called(), call));
        if (each.isComplete()) {
          completeLeft++;
          Node answer = new Node(null);
          call.answer = answer;
          moments.add(new Moment(each.returned(), answer));
        }
      }
      moments.sort(Comparator.comparingLong(Moment::at));
      Node last = head;
      for (Moment each : moments) {
        last.next = each.node;
        each.node.previous = last;
        last = each.node;
      }
    }

    List<Operation> longest() {
      return longest;
    }

    S longestState() {
      return longestState;
    }

    boolean succeeds() {
      Map<Operation, Integer> numbers = new LinkedHashMap<>();
      for (Operation each : history) {
        numbers.put(each, numbers.size());
      }
      ArrayDeque<Choice<S>> choices = new ArrayDeque<>();
      BitSet done = new BitSet();
      S state = model.initial();
      Node node = head.next;
      while (completeLeft > 0) {
        Operation call = node == null ? null : node.call;
        if (node != null && call != null) {
          S after = model.apply(state, call);
          int number = numbers.getOrDefault(call, 0);
          if (after != null && isNew(done, number, after)) {
            choices.push(new Choice<>(node, state));
            state = after;
            done.set(number);
            take(node);
            remember(choices, state);
            node = head.next;
          } else {
            node = node.next;
          }
          continue;
        }
        // An answer whose call has not been placed: what was placed before was wrong.
        if (choices.isEmpty()) {
          return false;
        }
        Choice<S> last = choices.pop();
        state = last.before;
        Operation undone = last.node.call;
        if (undone != null) {
          done.clear(numbers.getOrDefault(undone, 0));
        }
        putBack(last.node);
        node = last.node.next;
      }
      return true;
    }

    private boolean isNew(BitSet done, int number, S after) {
      BitSet then = (BitSet) done.clone();
      then.set(number);
      return tried.add(new Tried<>(then, after));
    }

    private void remember(ArrayDeque<Choice<S>> choices, S state) {
      if (choices.size() > longest.size()) {
        List<Operation> order = new ArrayList<>();
        choices
            .descendingIterator()
            .forEachRemaining(
                each -> {
                  if (each.node.call != null) {
                    order.add(each.node.call);
                  }
                });
        longest = order;
        longestState = state;
      }
    }

    private void take(Node node) {
      unlink(node);
      Node answer = node.answer;
      if (answer != null) {
        unlink(answer);
        completeLeft--;
      }
    }

    private void putBack(Node node) {
      Node answer = node.answer;
      if (answer != null) {
        link(answer);
        completeLeft++;
      }
      link(node);
    }

    private static void unlink(Node node) {
      Node before = node.previous;
      Node after = node.next;
      if (before != null) {
        before.next = after;
      }
      if (after != null) {
        after.previous = before;
      }
    }

    private static void link(Node node) {
      Node before = node.previous;
      Node after = node.next;
      if (before != null) {
        before.next = node;
      }
      if (after != null) {
        after.previous = node;
      }
    }
  }
}
