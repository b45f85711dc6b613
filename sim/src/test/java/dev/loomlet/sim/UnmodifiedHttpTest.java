package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import unmodified.Http;

/** The JDK's HTTP client and server in a simulation. */
@Timeout(120)
final class UnmodifiedHttpTest {
  private static Map<String, String> answers = Map.of();

  @BeforeAll
  static void run() throws Exception {
    answers = UnmodifiedProgram.run(Http.class);
  }

  @Test
  void aRequestGoesToAServerOnAnotherHost() {
    assertThat(answers.get("send")).isEqualTo("200 POST /page body, GET /next ");
  }

  @Test
  void manyGoSideBySide() {
    assertThat(answers.get("side by side")).isEqualTo("[GET /0, GET /1, GET /2, GET /3, GET /4]");
  }

  @Test
  void theSeedDecidesTheirTrace() {
    assertThat(answers.get("trace")).isEqualTo("true false");
  }

  @Test
  void theSameSeedsDoTheSameInAnotherJvm() throws Exception {
    // when
    Map<String, String> again = UnmodifiedProgram.run(Http.class, "hashes");

    // then
    assertThat(again.get("hashes")).isEqualTo(answers.get("hashes")).hasSizeGreaterThan(300);
  }

  @Test
  void aRequestTimesOutInVirtualTime() {
    assertThat(answers.get("time-out")).matches("HttpTimeoutException after (2999|3\\d\\d\\d)");
  }

  @Test
  void whoCannotBeReachedIsSaid() {
    assertThat(answers.get("nobody there")).isEqualTo("ConnectException");
    assertThat(answers.get("partition"))
        .matches("HttpConnectTimeoutException after (4999|5\\d\\d\\d), GET /healed ");
  }

  @Test
  void largeAnswersArrive() {
    assertThat(answers.get("large")).isEqualTo("1000000");
  }

  @Test
  void aServerThatNobodyStopsEndsWithItsHost() {
    assertThat(answers.get("nobody stops it")).isEqualTo("GET / ");
  }

  @Test
  void anAnswerIsTakenWhereOneMayWait() {
    assertThat(answers.get("nested")).isEqualTo("GET /outer [GET /inner ]");
  }

  @Test
  void aClientThatIsNotClosedIsALeak() {
    assertThat(answers.get("left open")).isEqualTo("LEAK host main has left something open");
  }
}
