package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unmodified.Channels;

/** Channels, selectors and datagram sockets of the JDK in a simulation. */
@Timeout(120)
final class UnmodifiedChannelTest {
  private static Map<String, String> answers = Map.of();

  @BeforeAll
  static void run() throws Exception {
    answers = UnmodifiedProgram.run(Channels.class);
  }

  @Test
  void blockingChannelsAreOfTheSimulatedNetwork() {
    assertThat(answers.get("channels")).isEqualTo("hello server/10.0.0.2:7000 /10.0.0.1 true true");
  }

  @Test
  void aSelectorServesManyChannels() {
    assertThat(answers.get("selector"))
        .isEqualTo("[hello 0, hello 1, hello 2, hello 3, hello 4, hello 5, hello 6, hello 7]");
    assertThat(answers.get("many")).isEqualTo("50 of 50");
  }

  @Test
  void theSeedDecidesTheTraceOfASelector() {
    assertThat(answers.get("selector trace")).isEqualTo("true false");
    assertThat(answers.get("many trace")).isEqualTo("true false");
  }

  @Test
  void selectingTimesOutInVirtualTime() {
    assertThat(answers.get("select times out")).isEqualTo("0 after 3000, 0");
  }

  @Test
  void aSelectorIsWokenAsTheJdkDocuments() {
    assertThat(answers.get("woken")).isEqualTo("0 0 after 2000, 0");
  }

  @Test
  void whoConnectsToNobodyIsToldBlockingOrNot() {
    assertThat(answers.get("refused"))
        .isEqualTo("[ConnectException, false, false, 1, ConnectException]");
  }

  @Test
  void closingEndsWhatWaits() {
    String closed = "AsynchronousCloseException after 500";
    assertThat(answers.get("closed meanwhile"))
        .isEqualTo(
            "["
                + String.join(
                    ", ", closed, closed, closed, "SocketException after 500", "0 after 500")
                + "]");
  }

  @Test
  void anInterruptClosesTheChannel() {
    assertThat(answers.get("interrupted")).isEqualTo("ClosedByInterruptException after 500 false");
  }

  @Test
  void datagramSocketsAreOfTheSimulatedNetwork() {
    assertThat(answers.get("datagram sockets"))
        .isEqualTo(
            "[hel, /10.0.0.2:7000, SocketTimeoutException after 1000, PortUnreachableException,"
                + " again]");
    assertThat(answers.get("datagram channels")).isEqualTo("5 hello server/10.0.0.2:7000");
    assertThat(answers.get("group")).isEqualTo("to all");
  }

  @Test
  void datagramsGetLost() {
    assertThat(answers.get("lost datagrams")).isEqualTo("SocketTimeoutException after 1000");
  }

  @Test
  void aClientMayChooseItsPort() {
    assertThat(answers.get("own port")).isEqualTo("[BindException after 0, 1234, 1234]");
  }

  @Test
  void bytesAreGatheredAndScattered() {
    assertThat(answers.get("scattered")).isEqualTo("11 hell|o world");
  }

  @Test
  void unixChannelsAndPipesConnectWhatIsOnOneHost() {
    assertThat(answers.get("unix")).isEqualTo("hello /run/any.sock");
    assertThat(answers.get("pipe")).isEqualTo("hello");
  }

  @Test
  void oneHalfCanBeClosed() {
    assertThat(answers.get("half closed"))
        .isEqualTo("all of it AsynchronousCloseException after 0");
  }

  @Test
  void whoAsksAgainAndAgainWithoutWaitingFails() {
    assertThat(answers.get("spinning")).startsWith("LIVELOCK ");
  }

  @Test
  void whoWaitsInAStaticInitialiserIsToldSo() {
    assertThat(answers.get("in an initialiser"))
        .startsWith("ESCAPE waiting for a socket where the thread of the loop cannot be left")
        .contains("wanted by unmodified.Channels");
  }

  @ParameterizedTest
  @ValueSource(strings = {"selector left open", "channel left open", "datagram socket left open"})
  void whatIsLeftOpenIsALeak(String what) {
    assertThat(answers.get(what)).isEqualTo("LEAK host main has left something open");
  }

  @ParameterizedTest
  @ValueSource(strings = {"selector from outside", "channel from outside"})
  void oneFromOutsideIsAnEscape(String what) {
    assertThat(answers.get(what))
        .startsWith("ESCAPE ")
        .contains("(a socket or channel from outside)")
        .contains("wanted by unmodified.Channels");
  }
}
