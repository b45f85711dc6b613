package dev.loomlet.process;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a manager keeps, by number. Belongs to one loop; since no operation waits, each is atomic.
 */
final class ManagerObjects {
  private final Map<Long, Object> objects = new HashMap<>();
  private long last;

  /**
   * Does what is asked for.
   *
   * @param target the number of what it is done with; any for what makes a new one
   * @return null, or what can be sent
   * @throws RuntimeException what the operation throws, for the one who has asked
   */
  @SuppressWarnings("unchecked") // by number: a wrong one is a ClassCastException for who asked
  @Nullable Object perform(
      ManagerOperation operation, long target, List<@Nullable Object> arguments) {
    return switch (operation) {
      case NEW_MAP -> keep(new LinkedHashMap<>());
      case NEW_LIST -> keep(new ArrayList<>());
      case NEW_COUNTER -> keep(new Counter());
      default -> {
        Object object = objects.get(target);
        yield switch (object) {
          case Map<?, ?> map -> onMap(operation, (Map<Object, Object>) map, arguments);
          case List<?> list -> onList(operation, (List<Object>) list, arguments);
          case Counter counter -> onCounter(operation, counter, arguments);
          case null, default ->
              throw new IllegalStateException("the manager has nothing by number " + target);
        };
      }
    };
  }

  private long keep(Object object) {
    objects.put(++last, object);
    return last;
  }

  @SuppressWarnings("NullAway") // maps and lists of others may have null in them
  private static @Nullable Object onMap(
      ManagerOperation operation, Map<Object, Object> map, List<@Nullable Object> a) {
    return switch (operation) {
      case SIZE -> map.size();
      case CLEAR -> {
        map.clear();
        yield null;
      }
      case SNAPSHOT -> new LinkedHashMap<>(map);
      case MAP_GET -> map.get(a.get(0));
      case MAP_CONTAINS_KEY -> map.containsKey(a.get(0));
      case MAP_PUT -> map.put(a.get(0), a.get(1));
      case MAP_PUT_IF_ABSENT -> map.putIfAbsent(a.get(0), a.get(1));
      case MAP_REMOVE -> map.remove(a.get(0));
      case MAP_REMOVE_PAIR -> map.remove(a.get(0), a.get(1));
      case MAP_REPLACE -> map.replace(a.get(0), a.get(1));
      case MAP_REPLACE_PAIR -> map.replace(a.get(0), a.get(1), a.get(2));
      default -> throw unfit(operation, "map");
    };
  }

  @SuppressWarnings("NullAway") // maps and lists of others may have null in them
  private static @Nullable Object onList(
      ManagerOperation operation, List<Object> list, List<@Nullable Object> a) {
    return switch (operation) {
      case SIZE -> list.size();
      case CLEAR -> {
        list.clear();
        yield null;
      }
      case SNAPSHOT -> new ArrayList<>(list);
      case LIST_GET -> list.get((Integer) a.get(0));
      case LIST_SET -> list.set((Integer) a.get(0), a.get(1));
      case LIST_APPEND -> list.add(a.get(0));
      case LIST_INSERT -> {
        list.add((Integer) a.get(0), a.get(1));
        yield null;
      }
      case LIST_REMOVE -> list.remove((int) (Integer) a.get(0));
      default -> throw unfit(operation, "list");
    };
  }

  private static @Nullable Object onCounter(
      ManagerOperation operation, Counter counter, List<@Nullable Object> a) {
    return switch (operation) {
      case COUNTER_GET -> counter.value;
      case COUNTER_SET -> {
        counter.value = longOf(a.get(0));
        yield null;
      }
      case COUNTER_ADD -> counter.value += longOf(a.get(0));
      case COUNTER_COMPARE_AND_SET -> {
        boolean expected = counter.value == longOf(a.get(0));
        if (expected) {
          counter.value = longOf(a.get(1));
        }
        yield expected;
      }
      default -> throw unfit(operation, "counter");
    };
  }

  private static long longOf(@Nullable Object argument) {
    if (argument instanceof Long number) {
      return number;
    }
    throw new IllegalArgumentException("a counter takes numbers of type long, not " + argument);
  }

  private static IllegalArgumentException unfit(ManagerOperation operation, String what) {
    return new IllegalArgumentException(operation + " is nothing that a " + what + " can do");
  }

  private static final class Counter {
    long value;
  }
}
