package dev.loomlet.process;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/**
 * Where a manager is to be asked.
 *
 * @param door where those who want to ask put one end of a connection
 * @param allowed what may be in messages, besides the JDK's values
 */
record ManagerAddress(SharedSimpleQueue<Connection<byte[]>> door, List<String> allowed)
    implements Serializable {
  private static final int DOOR = 1 << 16;

  @SuppressWarnings("unchecked") // a class has no parameters
  static ManagerAddress create(List<String> allowed) throws IOException {
    MessageFormat<Connection<byte[]>> format =
        (MessageFormat<Connection<byte[]>>)
            (MessageFormat<?>) MessageFormat.serialized(Connection.class);
    return new ManagerAddress(SharedSimpleQueue.create(format, DOOR), allowed);
  }

  /** Reads messages in this process. */
  ObjectCodec codec() {
    return new ObjectCodec(Thread.currentThread().getContextClassLoader(), allowed);
  }
}
