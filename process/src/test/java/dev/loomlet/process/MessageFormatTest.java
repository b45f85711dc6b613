package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MessageFormatTest {

  record Inner(char letter, byte[] bytes) {}

  record All(
      boolean yes,
      byte tiny,
      short small,
      int number,
      long large,
      float real,
      double exact,
      @Nullable Integer box,
      @Nullable String text,
      TimeUnit unit,
      @Nullable Inner inner) {}

  record Listed(List<String> names) {}

  record Positive(int number) {
    Positive {
      if (number < 1) {
        throw new IllegalArgumentException("less than 1");
      }
    }
  }

  private static All all() {
    return new All(
        true,
        (byte) -1,
        (short) 300,
        -70_000,
        1L << 40,
        0.5f,
        -1e100,
        7,
        "größer ≠ 漢",
        TimeUnit.HOURS,
        new Inner('x', new byte[] {1, 2}));
  }

  @Test
  void recordsComeOutAsTheyWentIn() throws Exception {
    MessageFormat<All> format = Resent.of(MessageFormat.records(All.class));
    All read = format.read(format.write(all()));
    assertThat(read).usingRecursiveComparison().isEqualTo(all());
    All empty = new All(false, (byte) 0, (short) 0, 0, 0, 0, 0, null, null, TimeUnit.DAYS, null);
    assertThat(format.read(format.write(empty))).isEqualTo(empty);
  }

  @Test
  void aClassGetsWhatSuitsIt() {
    assertThat(MessageFormat.of(byte[].class)).isInstanceOf(BytesFormat.class);
    assertThat(MessageFormat.of(ByteBuffer.class)).isInstanceOf(BufferFormat.class);
    assertThat(MessageFormat.of(All.class)).isInstanceOf(RecordFormat.class);
    assertThat(MessageFormat.of(Listed.class)).isInstanceOf(SerializedFormat.class);
    assertThat(MessageFormat.of(String.class)).isInstanceOf(SerializedFormat.class);
  }

  @Test
  void saysWhichComponentOfARecordCannotBeSent() {
    assertThatThrownBy(() -> MessageFormat.records(Listed.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Listed.names, a java.util.List,")
        .hasMessageContaining("serialized");
  }

  @Test
  void buffersKeepTheirPlace() throws Exception {
    ByteBuffer buffer = ByteBuffer.wrap(new byte[] {1, 2, 3, 4}).position(1).limit(3);
    MessageFormat<ByteBuffer> format = MessageFormat.buffers();
    assertThat(format.read(format.write(buffer))).isEqualTo(buffer);
    assertThat(buffer.position()).isEqualTo(1);
  }

  @Test
  void noByteOfARecordThatIsChangedDoesHarm() {
    MessageFormat<All> format = MessageFormat.records(All.class);
    byte[] good = format.write(all());
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 4));
      for (int change = random.nextInt(4); change >= 0 && bad.length > 0; change--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      try {
        format.read(bad);
      } catch (IOException e) {
        assertThat(e).hasMessageStartingWith("a message");
      }
    }
  }

  @Test
  void whatARecordRefusesIsAnError() {
    MessageFormat<Positive> format = MessageFormat.records(Positive.class);
    byte[] bytes = format.write(new Positive(1));
    bytes[1] = 0;
    assertThatThrownBy(() -> format.read(bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("less than 1");
  }

  @Test
  void anObjectOfAnotherClassIsAnError() {
    byte[] bytes = MessageFormat.serialized(Integer.class).write(1);
    assertThatThrownBy(() -> MessageFormat.serialized(String.class).read(bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no java.lang.String but a java.lang.Integer");
  }

  @Test
  void foryWritesWhatIsNamedAndNothingElse() throws Exception {
    MessageFormat<All> format =
        Resent.of(MessageFormat.fory(All.class, Inner.class, TimeUnit.class));
    assertThat(format.read(format.write(all()))).usingRecursiveComparison().isEqualTo(all());
    assertThatThrownBy(() -> MessageFormat.fory(All.class).write(all()))
        .isInstanceOf(UnserializableException.class);
    byte[] other = MessageFormat.fory(String.class).write("x");
    assertThatThrownBy(() -> format.read(other)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> format.read(new byte[] {5, 4, 3})).isInstanceOf(IOException.class);
  }
}
