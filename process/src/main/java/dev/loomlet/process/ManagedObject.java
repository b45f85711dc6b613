package dev.loomlet.process;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Where something is that a manager keeps.
 *
 * @param address of the manager
 * @param server its process
 * @param number of the thing
 */
record ManagedObject(ManagerAddress address, long server, long number) implements Serializable {

  @Nullable Object ask(ManagerOperation operation, @Nullable Object... arguments) {
    return ManagerClient.of(address, server).ask(operation, number, arguments);
  }

  int askInt(ManagerOperation operation, @Nullable Object... arguments) {
    return ((Number) answer(operation, arguments)).intValue();
  }

  long askLong(ManagerOperation operation, @Nullable Object... arguments) {
    return ((Number) answer(operation, arguments)).longValue();
  }

  boolean askBoolean(ManagerOperation operation, @Nullable Object... arguments) {
    return (Boolean) answer(operation, arguments);
  }

  private Object answer(ManagerOperation operation, @Nullable Object... arguments) {
    Object value = ask(operation, arguments);
    if (value == null) {
      throw new IllegalStateException("the manager has answered nothing to " + operation);
    }
    return value;
  }
}
