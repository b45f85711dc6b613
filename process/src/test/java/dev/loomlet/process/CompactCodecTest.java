package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(20)
class CompactCodecTest {
  private static final int MOST = 1 << 20;
  private static final int STREAM = 0xAC;

  private final CompactCodec codec =
      new CompactCodec(getClass().getClassLoader(), List.of("dev.loomlet.process.*"));

  private static byte[] write(Object object) {
    return CompactCodec.write(object, "it", MOST);
  }

  private Object read(byte[] bytes) throws IOException {
    return codec.read(bytes, 0, bytes.length);
  }

  static List<Object> values() {
    return Arrays.asList(
        null,
        true,
        false,
        (byte) -1,
        (short) -2,
        'ä',
        -3,
        Integer.MIN_VALUE,
        -4L,
        Long.MAX_VALUE,
        -0.0f,
        Double.MIN_VALUE,
        Double.NaN,
        "",
        "text",
        "ä€😀",
        new byte[] {1, -1},
        new byte[0]);
  }

  @ParameterizedTest
  @MethodSource("values")
  void valuesComeBackAsTheyWere(Object value) throws Exception {
    assertThat(read(write(value))).isEqualTo(value);
  }

  @ParameterizedTest
  @MethodSource("values")
  void whatALambdaCapturesComesBackAsItWas(Object value) throws Exception {
    SerializableCallable<Object> task = () -> value;
    byte[] bytes = write(task);
    assertThat(bytes[0]).isEqualTo(CompactValue.LAMBDA);
    assertThat(((SerializableCallable<?>) read(bytes)).call()).isEqualTo(value);
  }

  @Test
  void halvesOfSurrogatePairsStayAsTheyAre() throws Exception {
    for (String text : List.of("half \ud800 of a pair", "other \udc00 half", "\ud800")) {
      assertThat(read(write(text)).equals(text)).isTrue();
    }
  }

  @Test
  void aLambdaMayCaptureAnObjectBesideValues() throws Exception {
    Map<String, Integer> map = Map.of("a", 1);
    int number = 2;
    SerializableCallable<Object> task = () -> map.get("a") + number;
    byte[] bytes = write(task);
    assertThat(bytes[0]).isEqualTo(CompactValue.LAMBDA);
    assertThat(((SerializableCallable<?>) read(bytes)).call()).isEqualTo(3);
  }

  @Test
  void objectsThatAreCapturedTogetherStayParts() throws Exception {
    // given
    List<String> part = new ArrayList<>(List.of("x"));
    List<List<String>> whole = new ArrayList<>(List.of(part));
    SerializableCallable<Boolean> task = () -> whole.getFirst() == part;

    // when
    byte[] bytes = write(task);

    // then
    assertThat(bytes[0] & 0xff).isEqualTo(STREAM);
    assertThat(((SerializableCallable<?>) read(bytes)).call()).isEqualTo(true);
  }

  @Test
  void lambdasOfTheSamePlaceKeepWhatEachHasCaptured() throws Exception {
    List<Object> results = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int captured = i;
      SerializableCallable<Integer> task = () -> captured;
      results.add(((SerializableCallable<?>) read(write(task))).call());
    }
    assertThat(results).containsExactly(0, 1, 2);
  }

  @Test
  void aMethodReferenceIsALambda() throws Exception {
    SerializableCallable<String> task = "text"::trim;
    assertThat(((SerializableCallable<?>) read(write(task))).call()).isEqualTo("text");
  }

  @Test
  void aLambdaOfAClassThatIsNotAllowedIsNotEvenLoaded() {
    SerializableCallable<Integer> task = () -> 1;
    byte[] bytes = write(task);
    CompactCodec strict = new CompactCodec(getClass().getClassLoader(), List.of("other.*"));
    byte[] named =
        renamed(bytes, "dev/loomlet/process/CompactCodecTest", "com/example/other/StrangersTest");
    assertThatThrownBy(() -> strict.read(named, 0, named.length))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not allowed")
        .hasMessageContaining("ProcessOptions.withAllowed");
  }

  /** With the same length, so that nothing else changes. */
  private static byte[] renamed(byte[] bytes, String from, String to) {
    String padded =
        (to + "X".repeat(Math.max(0, from.length() - to.length()))).substring(0, from.length());
    String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    return text.replace(from, padded).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  @Test
  void aLambdaThatIsNotInItsClassIsRefused() {
    SerializableCallable<Integer> task = () -> 1;
    byte[] bytes = write(task);
    byte[] changed = renamed(bytes, "lambda$", "method$");
    assertThatThrownBy(() -> read(changed))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not in dev.loomlet.process.CompactCodecTest");
  }

  @Test
  void aLambdaOfAClassThatIsNotThereIsRefused() {
    SerializableCallable<Integer> task = () -> 1;
    byte[] changed = renamed(write(task), "process/CompactCodecTest", "process/NoSuchClassTest!");
    assertThatThrownBy(() -> read(changed))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not in this process's class path");
  }

  @Test
  void cutOffBytesAreRefused() {
    String text = "text";
    List<String> list = List.of("a");
    SerializableCallable<Object> task = () -> text + list;
    byte[] bytes = write(task);
    for (int length = 1; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> read(cut)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void changedBytesAreReadOrRefusedAndNothingElse() throws Exception {
    // given
    String text = "text";
    SerializableCallable<Object> task = () -> text;
    byte[] bytes = write(task);
    Random random = new Random(42);

    // when
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = bytes.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      try {
        read(changed);
      } catch (IOException e) {
        refused++;
      }
    }

    // then
    assertThat(refused).isPositive();
  }

  @Test
  void aLengthThatIsLargerThanTheMessageAllocatesNothing() {
    for (byte tag : new byte[] {CompactValue.BYTES, CompactValue.STRING, CompactValue.LAMBDA}) {
      byte[] bytes = {tag, 0x7f, -1, -1, -1, 0x7f, -1, -1, -1};
      assertThatThrownBy(() -> read(bytes)).isInstanceOf(IOException.class);
    }
  }

  private static String seen = "";

  private static void look() {
    seen =
        StackWalker.getInstance(StackWalker.Option.SHOW_HIDDEN_FRAMES)
            .walk(
                frames ->
                    frames
                        .map(StackWalker.StackFrame::getClassName)
                        .filter(
                            each -> each.startsWith(CompactCodecTest.class.getName() + "$$Lambda"))
                        .findFirst()
                        .orElse("none"));
  }

  private String run(SerializableAction action) throws Throwable {
    seen = "";
    codec.run(write(action));
    return seen;
  }

  @Test
  void anActionThatCapturesNothingIsRunWithoutItsLambda() throws Throwable {
    assertThat(run(() -> look())).isEqualTo("none");
  }

  @Test
  void otherActionsAreRun() throws Throwable {
    String captured = "text";
    assertThat(run(() -> seen = captured)).isEqualTo("text");
    assertThat(run(CompactCodecTest::look)).isNotEmpty();
    assertThat(run(new Named())).isEqualTo("named");
  }

  private static final class Named implements SerializableAction {
    private static final long serialVersionUID = 1;

    @Override
    public void run() {
      seen = "named";
    }
  }

  @Test
  void whatAnActionThrowsIsThrownAsItIs() {
    SerializableAction action =
        () -> {
          throw new IllegalStateException("on purpose");
        };
    assertThatThrownBy(() -> codec.run(write(action)))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("on purpose");
  }

  @Test
  void whatIsNoActionIsNotRun() {
    assertThatThrownBy(() -> codec.run(write("text")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nothing to do");
  }

  @Test
  void codeOfALambdaThatNobodyMadeSerialisableIsNotCalled() throws Exception {
    // given
    Runnable secret = () -> seen = "called";
    assertThat(secret).isNotNull();
    String name =
        Arrays.stream(CompactCodecTest.class.getDeclaredMethods())
            .filter(each -> each.isSynthetic() && each.getParameterCount() == 0)
            .map(java.lang.reflect.Method::getName)
            .filter(each -> each.matches("lambda\\$codeOfALambda.*\\$\\d+"))
            .filter(each -> each.chars().filter(c -> c == '$').count() == 2)
            .findFirst()
            .orElseThrow();
    CompactWriter place = new CompactWriter();
    place.number(java.lang.invoke.MethodHandleInfo.REF_invokeStatic);
    String self = CompactCodecTest.class.getName().replace('.', '/');
    String action = SerializableAction.class.getName().replace('.', '/');
    for (String each : List.of(self, action, "run", "()V", self, name, "()V", "()V")) {
      place.text(each);
    }
    CompactWriter out = new CompactWriter();
    out.tag(CompactValue.LAMBDA);
    out.number(place.toBytes().length);
    out.raw(place.toBytes());
    out.number(0);
    seen = "";

    // then
    assertThatThrownBy(() -> codec.run(out.toBytes()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not in");
    assertThat(seen).isEmpty();
  }
}
