package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HelloTest {
  private static Hello hello(String name) {
    return new Hello(
        new ProcessInfo(name, 0, 1L << 40, true),
        new ProcessInfo("parent", 7, 0, false),
        1_000,
        List.of("a.*", "b.B"),
        new ProgramCode(List.of("file:/x.jar"), Map.of("C", new byte[] {1, -1})));
  }

  @Test
  void comesBackAsItWas() throws Exception {
    for (String name : List.of("child", "", "ä€😀", "half \ud800 of a pair", "x".repeat(100_000))) {
      Hello sent = hello(name);

      Hello heard = Hello.fromBytes(sent.toBytes());

      assertThat(heard.self()).isEqualTo(sent.self());
      assertThat(heard.parent()).isEqualTo(sent.parent());
      assertThat(heard.maxMessage()).isEqualTo(sent.maxMessage());
      assertThat(heard.allowed()).isEqualTo(sent.allowed());
      assertThat(heard.code().isSame(sent.code())).isTrue();
    }
  }

  @Test
  void thatOfAnotherVersionIsRefused() {
    byte[] bytes = hello("child").toBytes();
    bytes[3]++;
    assertThatThrownBy(() -> Hello.fromBytes(bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version");
  }

  @Test
  void aPartOfOneIsRefused() {
    byte[] bytes = hello("child").toBytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] part = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> Hello.fromBytes(part)).isInstanceOf(IOException.class);
    }
  }

  /** A byte is what a value is, or how long it is, or a part of it. */
  @Test
  void nothingThatIsWrongInOneIsAnythingButRefused() {
    byte[] right = hello("child").toBytes();
    for (int at = 0; at < right.length; at++) {
      for (int other = 0; other < 20; other++) {
        byte[] bytes = right.clone();
        bytes[at] = (byte) other;
        try {
          Hello heard = Hello.fromBytes(bytes);
          assertThat(heard.self()).isNotNull();
        } catch (IOException e) {
          assertThat(e).hasMessageMatching("a message .*|the parent speaks .*");
        }
      }
    }
  }
}
