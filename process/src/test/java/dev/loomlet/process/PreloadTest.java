package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreloadTest {
  private static final int MOST = 1 << 20;

  private record Thing(String secret) implements Serializable {}

  /** Nothing of it needs to be initialised. */
  private static class Quiet {
    static SerializableAction lambda(int i, Thing thing, byte[] bytes, String text, Double none) {
      return () -> System.out.println(i + "" + thing + bytes.length + text + none);
    }
  }

  private static class Loud extends Quiet {
    static final List<String> NAMES = List.of("a");

    static SerializableAction lambda() {
      return () -> System.out.println("nothing");
    }
  }

  private static final class ChildOfLoud extends Loud {}

  private interface LoudInterface {
    List<String> NAMES = List.of("a");
  }

  private static final class Implements implements LoudInterface {}

  private static byte[] quiet() {
    SerializableAction action =
        Quiet.lambda(77, new Thing("secret-1"), new byte[] {1, 2, 3}, "secret-2", null);
    return CompactCodec.write(action, "a test", MOST);
  }

  private static CompactCodec codec() {
    return new CompactCodec(
        PreloadTest.class.getClassLoader(), List.of(PreloadTest.class.getName()));
  }

  @Test
  void aPlaceHasNothingOfWhatWasCaptured() {
    String place = new String(CompactCodec.blank(quiet()), StandardCharsets.ISO_8859_1);
    assertThat(place).contains("PreloadTest").doesNotContain("secret-1", "secret-2", "\0\0\0\115");
    assertThat(CompactCodec.capturing(CompactCodec.blank(quiet())))
        .isEqualTo(Quiet.class.getName());
  }

  @Test
  void aPlaceIsTheSameWhateverWasCaptured() {
    SerializableAction other = Quiet.lambda(-1, new Thing("x"), new byte[0], "", null);
    assertThat(CompactCodec.blank(CompactCodec.write(other, "a test", MOST)))
        .isEqualTo(CompactCodec.blank(quiet()));
  }

  @Test
  void whatIsNoLambdaHasNoPlace() {
    assertThat(CompactCodec.blank(CompactCodec.write("text", "a test", MOST))).isNull();
    assertThat(CompactCodec.blank(CompactCodec.write(new Thing("x"), "a test", MOST))).isNull();
    assertThat(CompactCodec.blank(new byte[0])).isNull();
  }

  @Test
  void aPreparedPlaceMakesLambdas() throws Exception {
    // given
    CompactCodec codec = codec();

    // when
    codec.prepare(CompactCodec.blank(quiet()), true);

    // then
    byte[] message = quiet();
    assertThat(codec.read(message, 0, message.length)).isInstanceOf(SerializableAction.class);
  }

  @Test
  void initialisersAreFound() {
    ClassLoader loader = PreloadTest.class.getClassLoader();
    assertThat(Initializers.mayRun(Quiet.class.getName(), loader)).isFalse();
    assertThat(Initializers.mayRun(Loud.class.getName(), loader)).isTrue();
    assertThat(Initializers.mayRun(ChildOfLoud.class.getName(), loader)).isTrue();
    assertThat(Initializers.mayRun(Implements.class.getName(), loader)).isTrue();
    assertThat(Initializers.mayRun("no.such.Class", loader)).isTrue();
  }
}
