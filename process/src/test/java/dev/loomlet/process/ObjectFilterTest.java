package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectStreamConstants;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hostile bytes, as a child that has been taken over could send them. */
@Timeout(20)
class ObjectFilterTest {
  private static final int MOST = 1 << 20;
  private final ObjectCodec codec = new ObjectCodec(getClass().getClassLoader(), List.of());

  private static byte[] write(Object object) {
    return ObjectCodec.write(object, "it", MOST);
  }

  private Object read(byte[] bytes) throws IOException {
    return codec.read(bytes, 0, bytes.length);
  }

  @Test
  void valuesAndCollectionsPass() throws Exception {
    Object value =
        new ArrayList<>(
            List.of(1, "two", new HashMap<>(java.util.Map.of("k", new int[] {1, 2})), 3.0));
    assertThat(read(write(value))).usingRecursiveComparison().isEqualTo(value);
  }

  @Test
  void aClassThatIsNotAllowedIsNotEvenInitialised() {
    byte[] bytes = write(new java.util.logging.LogRecord(java.util.logging.Level.INFO, "x"));
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("java.util.logging.LogRecord");
  }

  @Test
  void aProxyIsRejected() {
    InvocationHandler handler = (InvocationHandler & java.io.Serializable) (_, _, _) -> null;
    Object proxy =
        Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {java.util.List.class}, handler);
    assertThatThrownBy(() -> read(write(proxy)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Proxy");
  }

  @Test
  void nestedSetsAreRejectedBeforeTheyAreHashed() {
    // given: each level doubles the time that hashing takes
    Set<Object> root = new HashSet<>();
    Set<Object> left = root;
    Set<Object> right = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      Set<Object> nextLeft = new HashSet<>();
      Set<Object> nextRight = new HashSet<>();
      nextLeft.add("foo");
      left.add(nextLeft);
      left.add(nextRight);
      right.add(nextLeft);
      right.add(nextRight);
      left = nextLeft;
      right = nextRight;
    }
    byte[] bytes = new byte[0];
    try {
      bytes = write(root);
    } catch (UnserializableException e) {
      throw new AssertionError(e);
    }
    byte[] hostile = bytes;

    // then
    assertThatThrownBy(() -> read(hostile))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nested too deep");
  }

  @Test
  void anArrayThatIsLargerThanItsMessageIsRejected() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      byte[] small = write(new long[1]);
      // The length is in the last four bytes before the element of eight.
      out.write(small, 0, small.length - 12);
      out.writeInt(1 << 28);
    }
    assertThatThrownBy(() -> read(bytes.toByteArray()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too large");
  }

  @Test
  void bitFlipsAreErrorsOfTheMessageAndOfNothingElse() {
    // given
    byte[] good = write(new ArrayList<>(List.of("abc", 1L, new HashMap<>(java.util.Map.of(1, 2)))));
    Random random = new Random(42);

    for (int i = 0; i < 5_000; i++) {
      // when
      byte[] flipped = good.clone();
      int bit = random.nextInt(flipped.length * 8);
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Throwable thrown = catchThrowable(() -> read(flipped));

      // then
      assertThat(thrown == null || thrown instanceof IOException)
          .as("bit %d: %s", bit, thrown)
          .isTrue();
    }
  }

  @Test
  void anEmptyMessageIsAnError() {
    assertThatThrownBy(() -> read(new byte[0])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read(new byte[] {(byte) ObjectStreamConstants.STREAM_MAGIC}))
        .isInstanceOf(IOException.class);
  }

  @Test
  void patternsAreClassesOrPackages() {
    ProcessOptions options = ProcessOptions.defaults().withAllowed("a.B", "c.*", "d.**");
    AllowedClasses allowed = new AllowedClasses(options.allowed());
    assertThat(allowed.contains("a.B")).isTrue();
    assertThat(allowed.contains("a.B$C")).isTrue();
    assertThat(allowed.contains("a.BB")).isFalse();
    assertThat(allowed.contains("c.X")).isTrue();
    assertThat(allowed.contains("c.x.X")).isFalse();
    assertThat(allowed.contains("d.x.X")).isTrue();
    assertThat(allowed.contains("dd.X")).isFalse();
    assertThatThrownBy(() -> options.withAllowed("*")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void lengthsOfMessagesAreCheckedBeforeAnythingIsAllocated() {
    byte[] header = new byte[Frame.HEADER];
    for (int length : new int[] {-1, 0, 8, Integer.MAX_VALUE, 1_000_010}) {
      Frame.putInt(header, 0, length);
      assertThatThrownBy(() -> Frame.checkedLength(header, 0, 1_000_000))
          .isInstanceOf(IOException.class);
    }
  }
}
