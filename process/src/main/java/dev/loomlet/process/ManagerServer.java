package dev.loomlet.process;

import dev.loomlet.Loomlet;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What the process of a manager runs: a loop, and a greenlet for each process that asks. */
final class ManagerServer {
  private final ManagerObjects objects = new ManagerObjects();
  private final ManagerAddress address;

  private ManagerServer(ManagerAddress address) {
    this.address = address;
  }

  /** Serves until the process is ended. */
  static void serve(ManagerAddress address, Connection<Long> told) throws Exception {
    Loomlet.run(
        () -> {
          told.send(ProcessIdentity.own());
          told.close();
          new ManagerServer(address).accept();
        });
  }

  private void accept() {
    while (true) {
      try {
        Connection<byte[]> asker = address.door().take();
        Loomlet.spawn(() -> converse(asker));
      } catch (UncheckedIOException e) {
        // Somebody has put in what is no connection; nobody can be told.
      }
    }
  }

  private void converse(Connection<byte[]> asker) {
    ObjectCodec codec = address.codec();
    try (asker) {
      for (long number = 1; ; number++) {
        byte[] question = asker.receive();
        if (question == null) {
          return;
        }
        asker.send(answer(number, question, codec).toBytes());
      }
    } catch (IOException e) {
      // It is gone, or broke off in the middle.
    }
  }

  private ManagerMessage.Answer answer(long number, byte[] bytes, ObjectCodec codec) {
    try {
      ManagerMessage.Question question = ManagerMessage.Question.fromBytes(bytes, codec);
      Object value = objects.perform(question.operation(), question.target(), question.arguments());
      return new ManagerMessage.Answer(number, false, value);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      return new ManagerMessage.Answer(number, true, e);
    }
  }
}
