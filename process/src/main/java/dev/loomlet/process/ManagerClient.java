package dev.loomlet.process;

import dev.loomlet.sync.Mutex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one connection of a process with a manager, over which its greenlets ask in turn. */
final class ManagerClient {
  private static final Duration LOOK = Duration.ofNanos(WakeWord.LOOK_NANOS);

  /** Of what a process has for the door of a manager, besides the door. */
  private static final long PLACE = -1;

  private final ManagerAddress address;
  private final long server;
  private final ObjectCodec codec;
  private final Mutex turn = new Mutex("manager");
  private @Nullable Connection<byte[]> connection;
  private long asked;

  private ManagerClient(ManagerAddress address, long server) {
    this.address = address;
    this.server = server;
    this.codec = address.codec();
  }

  /** This process's. */
  static ManagerClient of(ManagerAddress address, long server) {
    return address
        .door()
        .memory()
        .local(PLACE, ManagerClient.class, () -> new ManagerClient(address, server));
  }

  /**
   * Asks, and waits for the answer.
   *
   * @throws UncheckedIOException if the manager is gone, or has rejected what was sent
   * @throws RuntimeException what the operation has thrown
   */
  @Nullable Object ask(ManagerOperation operation, long target, @Nullable Object... arguments) {
    byte[] question =
        new ManagerMessage.Question(operation, target, Arrays.asList(arguments)).toBytes();
    ManagerMessage.Answer answer;
    turn.lock();
    try {
      answer = ask(question);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      turn.unlock();
    }
    if (!answer.error()) {
      return answer.value();
    }
    throw errorOf(answer);
  }

  private static RuntimeException errorOf(ManagerMessage.Answer answer) {
    return switch (answer.value()) {
      case RuntimeException e -> e;
      case IOException e -> new UncheckedIOException("the manager has rejected a message", e);
      case Throwable e -> new IllegalStateException("the manager has failed: " + e, e);
      case null, default -> throw new AssertionError("an error is a Throwable");
    };
  }

  private ManagerMessage.Answer ask(byte[] question) throws IOException {
    Connection<byte[]> to = connection == null ? connect() : connection;
    try {
      to.send(question);
    } catch (Throwable e) {
      disconnect(to);
      throw e;
    }
    long number = ++asked;
    while (true) {
      byte[] bytes = receive(to);
      ManagerMessage.Answer answer = ManagerMessage.Answer.fromBytes(bytes, codec);
      if (answer.number() == number) {
        return answer;
      }
    }
  }

  private Connection<byte[]> connect() throws IOException {
    List<Connection<byte[]>> ends = Connection.pair(MessageFormat.bytes());
    Connection<byte[]> mine = ends.get(0);
    address.door().put(ends.get(1));
    connection = mine;
    asked = 0;
    return mine;
  }

  private void disconnect(Connection<byte[]> from) {
    connection = null;
    from.close();
  }

  private byte[] receive(Connection<byte[]> from) throws IOException {
    // Until the manager has taken its end over, its death is not the connection's end.
    while (!from.poll(LOOK)) {
      if (!ProcessIdentity.isAlive(server)) {
        break;
      }
    }
    byte[] bytes = from.poll(Duration.ZERO) ? from.receive() : null;
    if (bytes == null) {
      disconnect(from);
      throw new IOException(
          "the manager, process " + ProcessIdentity.pidOf(server) + ", is gone with what it kept");
    }
    return bytes;
  }
}
