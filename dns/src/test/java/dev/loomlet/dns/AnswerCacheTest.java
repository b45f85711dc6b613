package dev.loomlet.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerCacheTest {
  private static final Answer ANSWER =
      Answer.found(List.of(InetAddress.ofLiteral("10.1.2.3")), List.of(), 60);

  @Test
  void givesUpTheAnswerThatWasNotAskedForLongestWhenItIsFull() {
    // given
    AnswerCache cache = new AnswerCache(2);
    Question first = Question.ipv4("first.test");
    Question second = Question.ipv4("second.test");
    Question third = Question.ipv4("third.test");
    cache.put(first, ANSWER, 0);
    cache.put(second, ANSWER, 0);
    cache.find(first, 0);

    // when
    cache.put(third, ANSWER, 0);

    // then
    assertThat(cache.size()).isEqualTo(2);
    assertThat(cache.find(first, 0)).isEqualTo(ANSWER);
    assertThat(cache.find(second, 0)).isNull();
    assertThat(cache.find(third, 0)).isEqualTo(ANSWER);
  }
}
