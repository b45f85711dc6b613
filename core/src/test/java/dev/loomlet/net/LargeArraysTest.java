package dev.loomlet.net;

import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engines;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A large array costs what its parts cost: nothing is done for all of it again and again. */
@Timeout(60)
final class LargeArraysTest {
  private static final byte[] ARRAY = new byte[64_000_000];
  private static final int PART = 64_000;

  private interface Writing {
    void to(TcpStream stream) throws Exception;
  }

  /** The processor time of the loop's thread, which is this one, for carrying the array. */
  private static long cost(String engine, Writing writing) throws Exception {
    long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    Loomlet.run(
        LoopOptions.defaults().withEngine(Engines.byName(engine)),
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept()) {
            Greenlet<?> writer = spawn(() -> writing.to(near));
            byte[] target = new byte[PART];
            for (long left = ARRAY.length; left > 0; ) {
              left -= far.read(target);
            }
            writer.get();
          }
        });
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
  }

  private static void inParts(TcpStream stream) throws Exception {
    for (int i = 0; i < ARRAY.length; i += PART) {
      stream.write(ARRAY, i, PART);
    }
  }

  private static void asOne(TcpStream stream) throws Exception {
    stream.write(ARRAY);
  }

  private static void gathered(TcpStream stream) throws Exception {
    MemorySegment all = MemorySegment.ofArray(ARRAY);
    stream.write(List.of(all.asSlice(0, 10), all.asSlice(10)));
  }

  @ParameterizedTest
  @CsvSource({"nio", "auto"})
  void areWrittenForWhatTheirPartsCost(String engine) throws Exception {
    // given
    cost(engine, LargeArraysTest::inParts);
    long parts = cost(engine, LargeArraysTest::inParts);
    // when
    long one = cost(engine, LargeArraysTest::asOne);
    long gathered = cost(engine, LargeArraysTest::gathered);
    // then: 8 times as much is what it takes if each attempt copies all that is left
    assertThat(one).isLessThan(6 * parts);
    assertThat(gathered).isLessThan(6 * parts);
  }
}
