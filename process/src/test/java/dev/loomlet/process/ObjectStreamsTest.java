package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.Externalizable;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ObjectStreamsTest {

  record Dish(String name, int number, double price) implements Serializable {}

  /** As many kinds of parts as there are ways to write one. */
  static final class Order implements Serializable {
    private static final long serialVersionUID = 1;

    final List<Dish> dishes = new ArrayList<>();
    final Map<String, int[]> counts = new HashMap<>();
    final EnumMap<TimeUnit, String> units = new EnumMap<>(TimeUnit.class);
    final Class<?>[] classes = {int.class, String.class, long[].class};
    final Guests guests = new Guests();
    final Place place = new Place();
    final LocalDate day = LocalDate.of(2026, 2, 3);
    @Nullable Order self;
    @Nullable Object nothing;
  }

  /** Writes itself. */
  static final class Guests implements Serializable {
    private static final long serialVersionUID = 1;

    transient int number = 3;

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      out.writeInt(number);
      out.writeObject("a part of its own");
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      number = in.readInt();
      if (!"a part of its own".equals(in.readObject())) {
        throw new InvalidObjectException("the part of its own is another one");
      }
    }
  }

  /** Writes itself in another way. */
  public static final class Place implements Externalizable {
    private static final long serialVersionUID = 1;

    int table = 4;

    public Place() {}

    @Override
    public void writeExternal(ObjectOutput out) throws IOException {
      out.writeInt(table);
    }

    @Override
    public void readExternal(ObjectInput in) throws IOException {
      table = in.readInt();
    }
  }

  /** Cannot be written when it says so. */
  static final class Moody implements Serializable {
    private static final long serialVersionUID = 1;

    final List<Object> before = new ArrayList<>(List.of("a", "b"));
    final @Nullable Object spoilt;

    Moody(@Nullable Object spoilt) {
      this.spoilt = spoilt;
    }
  }

  private static Order order() {
    Order order = new Order();
    order.dishes.add(new Dish("rice", 1, 2.5));
    order.dishes.add(order.dishes.getFirst());
    order.counts.put("rice", new int[] {1, 2, 3});
    order.units.put(TimeUnit.HOURS, "long");
    order.self = order;
    return order;
  }

  private static void check(Order read) {
    Order expected = order();
    assertThat(read.dishes).isEqualTo(expected.dishes);
    assertThat(read.dishes.get(1)).isSameAs(read.dishes.get(0));
    assertThat(read.counts.get("rice")).containsExactly(1, 2, 3);
    assertThat(read.units).isEqualTo(expected.units);
    assertThat(read.classes).isEqualTo(expected.classes);
    assertThat(read.guests.number).isEqualTo(3);
    assertThat(read.place.table).isEqualTo(4);
    assertThat(read.day).isEqualTo(expected.day);
    assertThat(read.self).isSameAs(read);
    assertThat(read.nothing).isNull();
  }

  @Test
  void objectsOfAllKindsComeOutAsTheyWentInAgainAndAgain() throws Exception {
    MessageFormat<Order> format = MessageFormat.serialized(Order.class);
    MessageFormat<Order> other = Resent.of(format);
    for (int i = 0; i < 50; i++) {
      check(other.read(format.write(order())));
    }
  }

  @Test
  void eachMessageCanBeReadAloneByAnybody() throws Exception {
    // given
    MessageFormat<Order> format = MessageFormat.serialized(Order.class);
    List<byte[]> messages = IntStream.range(0, 5).mapToObj(_ -> format.write(order())).toList();

    // then
    for (byte[] each : messages.reversed()) {
      check(MessageFormat.serialized(Order.class).read(each));
    }
    assertThat(messages).allMatch(each -> Arrays.equals(each, messages.getFirst()));
  }

  @Test
  void whatCannotBeWrittenIsNamedAndSpoilsNothing() throws Exception {
    MessageFormat<Moody> format = MessageFormat.serialized(Moody.class);
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> format.write(new Moody(new Object())))
          .isInstanceOf(UnserializableException.class)
          .hasMessageContaining("spoilt");
      assertThat(format.read(format.write(new Moody("fine"))).spoilt).isEqualTo("fine");
    }
  }

  @Test
  void aBadMessageSpoilsNothing() throws Exception {
    MessageFormat<Dish> format = MessageFormat.serialized(Dish.class);
    byte[] good = format.write(new Dish("rice", 1, 2.5));
    for (int length = 0; length < good.length; length++) {
      byte[] torn = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> format.read(torn)).isInstanceOf(IOException.class);
      assertThat(format.read(good).name()).isEqualTo("rice");
    }
  }

  @Test
  void bytesBehindTheObjectAreAnError() throws Exception {
    MessageFormat<Dish> format = MessageFormat.serialized(Dish.class);
    byte[] good = format.write(new Dish("rice", 1, 2.5));
    assertThatThrownBy(() -> format.read(Arrays.copyOf(good, good.length + 3)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("3 bytes behind its object");
    assertThat(format.read(good).name()).isEqualTo("rice");
  }

  @Test
  void bitFlipsAreErrorsOfTheMessageAndOfNothingElse() {
    MessageFormat<Order> format = MessageFormat.serialized(Order.class);
    byte[] good = format.write(order());
    Random random = new Random(7);
    for (int i = 0; i < 5_000; i++) {
      byte[] flipped = good.clone();
      int bit = random.nextInt(flipped.length * 8);
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Throwable thrown = catchThrowable(() -> format.read(flipped));
      assertThat(thrown == null || thrown instanceof IOException)
          .as("bit %d: %s", bit, thrown)
          .isTrue();
    }
  }

  @Test
  void anotherVersionOfAClassIsAnErrorThatSaysSo() {
    MessageFormat<Dish> format = MessageFormat.serialized(Dish.class);
    byte[] message = format.write(new Dish("rice", 1, 2.5));
    String text = new String(message, StandardCharsets.ISO_8859_1);
    int number = text.indexOf(Dish.class.getName()) + Dish.class.getName().length();
    message[number] ^= 1;
    assertThatThrownBy(() -> format.read(message))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another version of the class")
        .hasMessageContaining(Dish.class.getName());
  }

  @Test
  void aClassThatIsNotAllowedIsRejectedByName() throws Exception {
    // given
    MessageFormat<Serializable> free =
        MessageFormat.serialized(Serializable.class, "java.util.logging.*");
    byte[] message = free.write(new LogRecord(Level.INFO, "x"));
    assertThat(free.read(message)).isInstanceOf(LogRecord.class);

    // then
    MessageFormat<Serializable> strict = MessageFormat.serialized(Serializable.class);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> strict.read(message))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("not allowed")
          .hasMessageContaining("java.util.logging.LogRecord");
    }
  }

  @Test
  void anArrayThatIsLargerThanItsMessageIsRejected() {
    // given: the length is in the last four bytes before the element of eight
    MessageFormat<long[]> format = MessageFormat.serialized(long[].class);
    byte[] message = format.write(new long[1]);
    message[message.length - 12] = 0x10;

    // then
    assertThatThrownBy(() -> format.read(message))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too large");
  }

  /** A stream counts them over all of its messages. */
  @Test
  void limitsAreThoseOfOneMessage() throws Exception {
    MessageFormat<Order> format = MessageFormat.serialized(Order.class);
    byte[] message = format.write(order());
    for (int i = 0; i < 2_000; i++) {
      check(format.read(message));
    }
    // As many references as a message of this length may have.
    MessageFormat<Object[]> arrays = MessageFormat.serialized(Object[].class);
    byte[] many = arrays.write(new Object[4_000]);
    for (int i = 0; i < 10; i++) {
      assertThat(arrays.read(many)).hasSize(4_000);
    }
  }

  @Test
  void theObjectsOfAMessageAreNotKept() throws Exception {
    MessageFormat<Order> format = MessageFormat.serialized(Order.class);
    WeakReference<Order> written = new WeakReference<>(order());
    WeakReference<Order> read =
        new WeakReference<>(format.read(format.write(Objects.requireNonNull(written.get()))));
    await()
        .until(
            () -> {
              System.gc();
              return written.get() == null && read.get() == null;
            });
    check(format.read(format.write(order())));
  }

  @Test
  void severalThreadsMayWriteAndReadAtOnce() throws Exception {
    MessageFormat<Order> format = MessageFormat.serialized(Order.class);
    List<Throwable> failed = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      for (int k = 0; k < 500; k++) {
                        check(format.read(format.write(order())));
                      }
                    } catch (Throwable e) {
                      synchronized (failed) {
                        failed.add(e);
                      }
                    }
                  }));
    }
    for (Thread each : threads) {
      each.join();
    }
    assertThat(failed).isEmpty();
  }
}
