package dev.loomlet.cli.doctor;

import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engines;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Each engine: whether it should work here, and whether it really does. */
final class EngineChecks {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private EngineChecks() {}

  static List<Check> all() {
    List<Check> checks = new ArrayList<>();
    for (Engines.Info each : Engines.all()) {
      checks.add(check(each));
    }
    checks.add(choice());
    return checks;
  }

  private static Check check(Engines.Info engine) {
    String name = "engine " + engine.name();
    String reason = engine.unavailableReason();
    if (reason != null) {
      return Check.warning(name, "does not work here", reason);
    }
    try {
      Loomlet.run(
          // Not the defaults with another engine: there are none if what is configured is wrong.
          LoopOptions.on(Engines.byName(engine.name())),
          () -> {
            echoOnce();
            return true;
          });
      return Check.ok(name, "works (tried over TCP on this machine)");
    } catch (Exception | LinkageError e) {
      return Check.failure(
          name,
          "does not work: " + e.getMessage(),
          "choose another one with --engine, and please report this");
    }
  }

  private static void echoOnce() throws IOException {
    byte[] sent = {'l', 'o', 'o', 'm'};
    byte[] received = new byte[sent.length];
    try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
        TcpStream client = TcpStream.connect("127.0.0.1", listener.port(), PATIENCE);
        TcpStream server = listener.accept(PATIENCE)) {
      server.setReadTimeout(PATIENCE);
      client.write(sent);
      if (server.read(received) != sent.length || !Arrays.equals(sent, received)) {
        throw new IOException("other bytes arrived than were sent");
      }
    }
  }

  /** What a loop would use that is started now. */
  private static Check choice() {
    String chosen = Engines.configuredName();
    try {
      Engines.byName(chosen);
    } catch (IllegalArgumentException e) {
      return Check.failure(
          "engine in use",
          chosen,
          e.getMessage() + " (set by " + Engines.PROPERTY + " or " + Engines.ENVIRONMENT + ")");
    }
    return Check.ok("engine in use", chosen.equals(Engines.AUTO) ? Engines.best() + why() : chosen);
  }

  private static String why() {
    return ", chosen by "
        + Engines.AUTO
        + " as the first that works of "
        + String.join(", ", Engines.automatic());
  }
}
