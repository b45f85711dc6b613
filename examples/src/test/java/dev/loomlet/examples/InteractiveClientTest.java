package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Row C11 of the course. */
class InteractiveClientTest {
  private static Example server;

  @BeforeAll
  static void startServer() {
    server = Example.start("C10EchoServer", "0");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void eachLineIsAnsweredBeforeTheNextOneIsTypedAndQQuits() {
    try (Example client = Example.start("C11Client", Integer.toString(server.port()))) {
      // when
      client.type("hello\n");
      // then
      client.awaitOutput("> HELLO\n");
      // when
      client.type("two words, naïve\n");
      // then
      client.awaitOutput("> TWO WORDS, NAïVE\n");
      // when
      client.type("q\n");
      Ended ended = client.end();
      // then
      assertThat(ended.exitCode()).isZero();
      assertThat(ended.err()).isEmpty();
      assertThat(ended.out()).isEqualTo("> HELLO\n> TWO WORDS, NAïVE\n> ");
    }
  }

  @Test
  void theEndOfTheInputQuitsToo() {
    try (Example client = Example.start("C11Client", Integer.toString(server.port()))) {
      // when
      client.type("last words\n");
      client.type("");
      Ended ended = client.end();
      // then
      assertThat(ended.exitCode()).isZero();
      assertThat(ended.err()).isEmpty();
      assertThat(ended.out()).isEqualTo("> LAST WORDS\n> ");
    }
  }

  @Test
  void aServerThatHangsUpIsReportedInOneLine() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
        Example client = Example.start("C11Client", Integer.toString(listener.getLocalPort()))) {
      // given
      listener.setSoTimeout(30_000);
      try (Socket connection = listener.accept()) {
        connection.shutdownOutput();
        // when
        client.type("anybody there?\n");
        Ended ended = client.end();
        // then
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.err()).isEqualTo("C11Client: the server has closed the connection\n");
      }
    }
  }

  @Test
  void aServerThatIsNotThereIsReportedInOneLine() throws IOException {
    // given
    int port = UpperCasingServersTest.unusedPort();
    // when
    Ended ended = Example.run("C11Client", Integer.toString(port));
    // then
    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .isEqualTo("C11Client: cannot connect to 127.0.0.1:" + port + ": connection refused\n");
  }
}
