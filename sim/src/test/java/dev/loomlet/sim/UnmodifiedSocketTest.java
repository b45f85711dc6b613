package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import unmodified.Sockets;

/** Sockets of {@code java.net} in a simulation. */
@Timeout(120)
final class UnmodifiedSocketTest {
  private static Map<String, String> answers = Map.of();

  @BeforeAll
  static void run() throws Exception {
    answers = UnmodifiedProgram.run(Sockets.class);
  }

  @Test
  void theyAreOfTheSimulatedNetwork() {
    assertThat(answers.get("echo")).isEqualTo("hello server/10.0.0.2:7000 /10.0.0.1 true true");
  }

  @Test
  void theSeedDecidesTheirTrace() {
    assertThat(answers.get("trace")).isEqualTo("true false");
  }

  @Test
  void theirTimeOutsAreInVirtualTime() {
    assertThat(answers.get("times out"))
        .isEqualTo(
            "[SocketTimeoutException after 4000, SocketTimeoutException after 3000, 65,"
                + " SocketTimeoutException after 2000, true]");
  }

  @Test
  void whoCannotBeReachedIsToldAsTheJdkDocuments() {
    assertThat(answers.get("nobody there"))
        .isEqualTo("[ConnectException, NoRouteToHostException, UnknownHostException]");
  }

  @Test
  void closingEndsWhatWaits() {
    String ended = "SocketException after 500";
    assertThat(answers.get("closed meanwhile"))
        .isEqualTo("[" + String.join(", ", ended, ended, ended, ended) + "]");
  }

  @Test
  void oneHalfCanBeClosed() {
    assertThat(answers.get("half closed"))
        .isEqualTo("[all of it, true, SocketException after 0, -1]");
  }

  @Test
  void lingeringForNoTimeResets() {
    assertThat(answers.get("reset")).isEqualTo("SocketException SocketException");
  }

  @Test
  void optionsAreKept() {
    assertThat(answers.get("options")).isEqualTo("[true, true, true, true, 3, 100, -1, true]");
  }

  @Test
  void anInterruptClosesAsTheJdkDocuments() {
    assertThat(answers.get("interrupted")).isEqualTo("[Closed by interrupt, true, true]");
  }

  @Test
  void whatHasArrivedIsAvailable() {
    assertThat(answers.get("arrived")).isEqualTo("[0, 3, 1, 2, 2, 0]");
  }

  @Test
  void virtualThreadsUseThemSideBySide() {
    assertThat(answers.get("many")).isEqualTo("4000000");
  }

  @Test
  void anAddressIsTakenOnce() {
    assertThat(answers.get("in use")).isEqualTo("BindException");
  }

  @Test
  void tlsGoesOverThem() {
    assertThat(answers.get("tls")).isEqualTo("secret");
  }

  @Test
  void aClientMayChooseItsPort() {
    assertThat(answers.get("own port")).isEqualTo("connected");
  }

  @Test
  void httpGoesOverThem() {
    assertThat(answers.get("http"))
        .isEqualTo("[200, you asked GET /page HTTP/1.1, 200, you asked GET /page HTTP/1.1]");
  }

  @Test
  void oneThatIsLeftOpenIsALeak() {
    assertThat(answers.get("left open")).isEqualTo("LEAK host main has left something open");
  }

  @Test
  void oneFromOutsideIsAnEscape() {
    assertThat(answers.get("outside"))
        .startsWith("ESCAPE ")
        .contains("(a socket or channel from outside)")
        .contains("wanted by unmodified.Sockets");
  }

  @Test
  void oneOfAnotherSimulationSaysSo() {
    assertThat(answers.get("of another simulation"))
        .isEqualTo("this socket belongs to a simulation, and is of no use outside of it");
  }
}
