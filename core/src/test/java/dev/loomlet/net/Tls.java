package dev.loomlet.net;

import static dev.loomlet.Loomlet.spawn;

import dev.loomlet.Greenlet;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Both ends of a TLS connection, and certificates, for tests. */
final class Tls {
  private static final Path FOLDER =
      Path.of(System.getProperty("loomlet.home", ".."), "core", "src", "test", "resources", "tls");

  static final TlsOptions SERVER = identifiedBy("server").build();
  static final TlsOptions CLIENT = trusting("ca").build();

  private Tls() {}

  static Path pem(String name) {
    return FOLDER.resolve(name + ".pem");
  }

  static Path key(String name) {
    return FOLDER.resolve(name + ".key");
  }

  /** A client's options. */
  static TlsOptions.Builder trusting(String... authorities) {
    try {
      TlsOptions.Builder builder = TlsOptions.builder();
      for (String each : authorities) {
        builder.trust(pem(each));
      }
      return builder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A server's options. */
  static TlsOptions.Builder identifiedBy(String... names) {
    return identified(TlsOptions.builder(), names);
  }

  static TlsOptions.Builder identified(TlsOptions.Builder builder, String... names) {
    try {
      for (String each : names) {
        builder.identity(pem(each), key(each));
      }
      return builder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  interface Test {
    void run(TlsStream near, TlsStream far) throws Exception;
  }

  /** Runs code with a client's end and a server's end. */
  static void withPair(TestLoop loop, TlsOptions client, TlsOptions server, Test test)
      throws Exception {
    Pair.withPair(
        loop,
        (near, far) -> {
          Greenlet<TlsStream> serving = spawn(() -> TlsStream.server(far, server));
          try (TlsStream nearTls = TlsStream.client(near, "localhost", client);
              TlsStream farTls = serving.get()) {
            test.run(nearTls, farTls);
          }
        });
  }

  static void withPair(TestLoop loop, Test test) throws Exception {
    withPair(loop, CLIENT, SERVER, test);
  }
}
