package dev.loomlet.sim.history;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What clients of an object did, in which order calls and answers came. For the greenlets of one
 * simulation; clients of several hosts may share one.
 *
 * {@snippet :
 * String value = history.call("client-1", "get", "x", () -> store.get("x"));
 * }
 */
public final class History {
  private final List<Operation> operations = new ArrayList<>();
  private long position;

  /** Creates an empty history. */
  public History() {}

  /**
   * Does something, and keeps what was called and answered. If it throws, it counts as not
   * answered: it may have happened or not.
   *
   * @param client who calls; one call at a time
   * @param argument of the call, or null
   */
  public <T extends @Nullable Object> T call(
      String client, String name, @Nullable Object argument, Callable<T> code) throws Exception {
    int id = begin(client, name, argument);
    T result = code.call();
    end(id, result);
    return result;
  }

  /**
   * A call begins.
   *
   * @return its number, for {@link #end}
   */
  public int begin(String client, String name, @Nullable Object argument) {
    int id = operations.size();
    operations.add(new Operation(id, client, name, argument, null, position++, Operation.NEVER));
    return id;
  }

  /** It was answered. */
  public void end(int id, @Nullable Object result) {
    Operation begun = operations.get(id);
    operations.set(
        id,
        new Operation(
            id,
            begun.client(),
            begun.name(),
            begun.argument(),
            result,
            begun.called(),
            position++));
  }

  /** It has certainly not happened, as when a connection was refused; it is forgotten. */
  public void withdraw(int id) {
    Operation begun = operations.get(id);
    operations.set(
        id,
        new Operation(id, begun.client(), WITHDRAWN, null, null, begun.called(), Operation.NEVER));
  }

  private static final String WITHDRAWN = "withdrawn";

  /** All operations, in the order in which they were called. */
  public List<Operation> operations() {
    return operations.stream().filter(each -> !each.name().equals(WITHDRAWN)).toList();
  }

  /**
   * Checks that a correct object could have answered so.
   *
   * @throws AssertionError with a counterexample, if not
   */
  public <S> void check(Model<S> model) {
    Linearizability.check(operations(), model);
  }
}
