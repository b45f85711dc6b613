package dev.loomlet.process;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a manager is asked and answers. */
final class ManagerMessage {
  private static final int MOST = ProcessOptions.defaults().maxMessage();

  private ManagerMessage() {}

  /**
   * A question. Those of a connection are counted by both sides.
   *
   * @param operation what to do
   * @param target the number of what to do it with
   * @param arguments of the operation
   */
  record Question(ManagerOperation operation, long target, List<@Nullable Object> arguments) {

    byte[] toBytes() {
      Object[] parts = {operation.name(), target, arguments.toArray()};
      return ObjectCodec.write(parts, "the argument", MOST);
    }

    static Question fromBytes(byte[] bytes, ObjectCodec codec) throws IOException {
      if (codec.read(bytes, 0, bytes.length) instanceof Object[] parts
          && parts.length == 3
          && parts[0] instanceof String name
          && parts[1] instanceof Long target
          && parts[2] instanceof Object[] arguments) {
        for (ManagerOperation each : ManagerOperation.values()) {
          if (each.name().equals(name) && each.arguments() == arguments.length) {
            return new Question(each, target, Arrays.asList(arguments));
          }
        }
      }
      throw new IOException("a message is no question to a manager");
    }
  }

  /**
   * An answer.
   *
   * @param number how many questions there had been: who has been cancelled leaves his answer to be
   *     passed over
   * @param error whether the value was thrown
   * @param value what the operation returned or threw
   */
  record Answer(long number, boolean error, @Nullable Object value) {

    byte[] toBytes() {
      @Nullable Object[] parts = {number, error, value};
      try {
        return ObjectCodec.write(parts, "the answer", MOST);
      } catch (IllegalArgumentException e) {
        Object[] text = {number, true, new ChildFailure("manager", String.valueOf(e.getMessage()))};
        return ObjectCodec.write(text, "the answer", MOST);
      }
    }

    static Answer fromBytes(byte[] bytes, ObjectCodec codec) throws IOException {
      if (codec.read(bytes, 0, bytes.length) instanceof Object[] parts
          && parts.length == 3
          && parts[0] instanceof Long number
          && parts[1] instanceof Boolean error
          && (!error || parts[2] instanceof Throwable)) {
        return new Answer(number, error, parts[2]);
      }
      throw new IOException("a message is no answer of a manager");
    }
  }
}
