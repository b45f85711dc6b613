package dev.loomlet.sim.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Models of usual objects. */
public final class Models {
  private Models() {}

  /**
   * A register: {@code read() -> value}, {@code write(value)}, and {@code cas([old, new]) ->
   * boolean} with a list of two. Null at first.
   */
  public static Model<List<Object>> register() {
    return new Register(false);
  }

  /**
   * A map, as one register for each key: {@code get(key) -> value}, and {@code put([key, value])}
   * and {@code remove(key)}, whose results do not count.
   */
  public static Model<List<Object>> map() {
    return new Register(true);
  }

  /**
   * A queue, first in, first out: {@code put(value)}, and {@code take() -> value}, null if it was
   * empty.
   */
  public static Model<List<Object>> queue() {
    return new Queue();
  }

  /** A lock: {@code lock()} and {@code unlock()}, by clients. */
  public static Model<String> lock() {
    return new Lock();
  }

  /** Its states are lists of the value, and of nothing for null. */
  private static final class Register implements Model<List<Object>> {
    private final boolean byKey;

    Register(boolean byKey) {
      this.byKey = byKey;
    }

    @Override
    public List<Object> initial() {
      return List.of();
    }

    @Override
    public @Nullable List<Object> apply(List<Object> state, Operation operation) {
      return switch (operation.name()) {
        case "read", "get" ->
            !operation.isComplete() || Objects.equals(operation.result(), valueOf(state))
                ? state
                : null;
        case "write" -> stateOf(operation.argument());
        case "put" -> stateOf(pair(operation).get(1));
        case "remove" -> List.of();
        case "cas" -> compareAndSet(state, operation);
        default -> throw unknown(operation);
      };
    }

    private static @Nullable Object valueOf(List<Object> state) {
      return state.isEmpty() ? null : state.getFirst();
    }

    private static List<Object> stateOf(@Nullable Object value) {
      return value == null ? List.of() : List.of(value);
    }

    private static @Nullable List<Object> compareAndSet(List<Object> state, Operation operation) {
      List<?> pair = pair(operation);
      boolean fits = Objects.equals(pair.get(0), valueOf(state));
      if (operation.isComplete() && !Objects.equals(operation.result(), fits)) {
        return null;
      }
      return fits ? stateOf(pair.get(1)) : state;
    }

    @Override
    public Object partOf(Operation operation) {
      if (!byKey) {
        return "";
      }
      Object key = operation.name().equals("put") ? pair(operation).get(0) : operation.argument();
      return Objects.requireNonNull(key, "an operation on a map has a key");
    }
  }

  private static final class Queue implements Model<List<Object>> {
    @Override
    public List<Object> initial() {
      return List.of();
    }

    @Override
    public @Nullable List<Object> apply(List<Object> state, Operation operation) {
      return switch (operation.name()) {
        case "put" -> {
          List<Object> longer = new ArrayList<>(state);
          longer.add(Objects.requireNonNull(operation.argument()));
          yield List.copyOf(longer);
        }
        case "take" -> {
          Object first = state.isEmpty() ? null : state.getFirst();
          if (operation.isComplete() && !Objects.equals(first, operation.result())) {
            yield null;
          }
          yield state.isEmpty() ? state : List.copyOf(state.subList(1, state.size()));
        }
        default -> throw unknown(operation);
      };
    }
  }

  /** Its states are who holds it; an empty name for nobody. */
  private static final class Lock implements Model<String> {
    @Override
    public String initial() {
      return "";
    }

    @Override
    public @Nullable String apply(String state, Operation operation) {
      return switch (operation.name()) {
        case "lock" -> state.isEmpty() ? operation.client() : null;
        case "unlock" -> state.equals(operation.client()) ? "" : null;
        default -> throw unknown(operation);
      };
    }
  }

  private static List<?> pair(Operation operation) {
    if (operation.argument() instanceof List<?> list && list.size() == 2) {
      return list;
    }
    throw new IllegalArgumentException(
        operation.name() + " needs a list of two as its argument, not " + operation.argument());
  }

  private static IllegalArgumentException unknown(Operation operation) {
    return new IllegalArgumentException("the model has no operation '" + operation.name() + "'");
  }
}
