/// Upper-casing server over TLS, its client, and a stranger who does not trust it.
///
/// The certificate is made for the occasion by the JDK's keytool.
///
///     ./loomlet run examples/TlsEcho.java

import dev.loomlet.io.StreamReader;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.StreamServer;
import dev.loomlet.net.TlsOptions;
import dev.loomlet.net.TlsStream;
import java.security.KeyStore;

static final char[] PASSWORD = "changeit".toCharArray();

void main() throws Exception {
  var keys = makeKeys();
  var ofServer =
      TlsOptions.builder().identity(keys, PASSWORD).applicationProtocols("upper").build();
  var ofClient = TlsOptions.builder().trust(keys).applicationProtocols("upper").build();
  try (var server = StreamServer.builder(this::serve).bind("127.0.0.1", 0).tls(ofServer).start()) {
    for (int i = 1; i <= 2; i++) {
      try (var stream = TlsStream.connect("localhost", server.port(), ofClient)) {
        stream.write(("hello " + i + "\n").getBytes());
        var answer = new StreamReader(stream).readLine();
        IO.println(answer + " by " + stream.protocol() + ", " + stream.applicationProtocol());
      }
    }
    try {
      TlsStream.connect("localhost", server.port(), TlsOptions.defaults());
    } catch (IOException e) {
      IO.println("refused: " + e.getMessage());
    }
  }
}

void serve(SocketStream stream) throws IOException {
  var reader = new StreamReader(stream);
  while (reader.readLine() instanceof String line) {
    stream.write((line.toUpperCase(Locale.ROOT) + "\n").getBytes());
  }
}

KeyStore makeKeys() throws Exception {
  var folder = Files.createTempDirectory("tls");
  var file = folder.resolve("keys.p12");
  try {
    var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    var command =
        "-genkeypair -alias me -keyalg EC -dname CN=localhost -ext san=dns:localhost -validity 1"
            + " -storetype PKCS12 -storepass changeit -keystore";
    var arguments = new ArrayList<>(List.of(keytool));
    arguments.addAll(List.of(command.split(" ")));
    arguments.add(file.toString());
    new ProcessBuilder(arguments).redirectErrorStream(true).start().waitFor();
    return KeyStore.getInstance(file.toFile(), PASSWORD);
  } finally {
    Files.deleteIfExists(file);
    Files.delete(folder);
  }
}
