package dev.loomlet.net;

import static dev.loomlet.net.Pair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.file.Pipe;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** Memory that must not be touched is not, and the message says why. */
@Timeout(60)
final class MemoryOfCallersTest {
  @OnEveryEngine
  void nothingIsReadIntoReadOnlyMemory(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          List<UnixStream> pair = UnixStream.pair();
          try (UnixStream near = pair.get(0);
              UnixStream far = pair.get(1);
              Arena arena = Arena.ofConfined()) {
            far.write(text("abc"));
            byte[] array = new byte[3];
            MemorySegment memory = arena.allocate(3);
            // when
            assertThatThrownBy(() -> near.read(ByteBuffer.wrap(array).asReadOnlyBuffer()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("read-only");
            assertThatThrownBy(() -> near.read(memory.asReadOnly()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("read-only");
            // then
            assertThat(array).containsOnly(0);
            assertThat(near.read(array)).isEqualTo(3);
            assertThat(array).isEqualTo(text("abc"));
          }
        });
  }

  @OnEveryEngine
  void nothingIsReadFromAPipeIntoReadOnlyMemory(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (Pipe pipe = Pipe.open()) {
            pipe.writer().write(text("abc"));
            byte[] array = new byte[3];
            ByteBuffer readOnly = ByteBuffer.wrap(array).asReadOnlyBuffer();
            assertThatThrownBy(() -> pipe.reader().read(readOnly))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("read-only");
            assertThat(array).containsOnly(0);
            assertThat(pipe.reader().read(array)).isEqualTo(3);
          }
        });
  }

  @OnEveryEngine
  void memoryThatWasFreedIsNeitherReadNorWritten(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          List<UnixStream> pair = UnixStream.pair();
          try (UnixStream near = pair.get(0);
              UnixStream far = pair.get(1)) {
            Arena arena = Arena.ofConfined();
            MemorySegment memory = arena.allocate(3);
            arena.close();
            far.write(text("abc"));
            assertThatThrownBy(() -> near.read(memory)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> near.write(memory)).isInstanceOf(IllegalStateException.class);
            byte[] array = new byte[3];
            assertThat(near.read(array)).isEqualTo(3);
            assertThat(array).isEqualTo(text("abc"));
          }
        });
  }
}
