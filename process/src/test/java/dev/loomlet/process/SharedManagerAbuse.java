package dev.loomlet.process;

import java.io.IOException;
import java.util.List;

/** Sends a manager what it does not expect. */
final class SharedManagerAbuse {
  private final ManagedCounter counter;

  SharedManagerAbuse(ManagedCounter counter) {
    this.counter = counter;
  }

  void putJunk() throws IOException {
    ManagerAddress address = counter.object().address();
    SharedSimpleQueue<byte[]> door =
        new SharedSimpleQueue<>(address.door().memory(), 1 << 16, MessageFormat.bytes());
    door.put(new byte[] {1, 2, 3});
    door.put(ObjectCodec.write("no connection", "it", 1000));
    List<Connection<byte[]>> ends = Connection.pair(byte[].class);
    address.door().put(ends.get(1));
    try (Connection<byte[]> to = ends.get(0)) {
      to.send(new byte[] {9, 9});
      ManagerMessage.Answer answer = answer(to, address);
      require(answer.error() && answer.number() == 1);
      Object[] noQuestion = {"NEW_MAP", 1L, new Object[] {1}};
      to.send(ObjectCodec.write(noQuestion, "it", 1000));
      answer = answer(to, address);
      require(answer.error() && answer.number() == 2);
    }
  }

  private static ManagerMessage.Answer answer(Connection<byte[]> from, ManagerAddress address)
      throws IOException {
    byte[] bytes = from.receive();
    require(bytes != null);
    return ManagerMessage.Answer.fromBytes(bytes, address.codec());
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new AssertionError();
    }
  }
}
