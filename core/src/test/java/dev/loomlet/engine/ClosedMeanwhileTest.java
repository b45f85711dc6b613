package dev.loomlet.engine;

import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.Loomlet.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.net.PassedDescriptor;
import dev.loomlet.net.UnixStream;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.lang.foreign.MemorySegment;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** Descriptors that are closed while an operation on them is with a helper thread. */
@Timeout(60)
final class ClosedMeanwhileTest {
  @OnEveryEngine
  void aSharedOutputThatIsClosedWhileAHelperWritesEndsItsWriter(TestLoop loop) throws Exception {
    assumeThat(loop.engine()).isNotEqualTo("nio");
    loop.run(
        () -> {
          List<UnixStream> pair = UnixStream.pair();
          try (UnixStream near = pair.get(0);
              UnixStream _ = pair.get(1);
              PassedDescriptor descriptor = PassedDescriptor.of(near)) {
            LinuxEngine engine = (LinuxEngine) Loop.current().engine();
            SharedOutputEnd end = new SharedOutputEnd(engine, descriptor.number(), true, "output");
            assertThat(engine.register(end)).isZero();
            Greenlet<?> writer =
                spawn(
                    () -> {
                      end.write(MemorySegment.ofArray(new byte[8 << 20]), 0, 8 << 20, 0);
                      return null;
                    });
            // when: the first part is with a helper thread
            Loomlet.yield();
            end.close();
            // then
            assertThatThrownBy(() -> withTimeout(Duration.ofSeconds(20), () -> writer.get()))
                .hasCauseInstanceOf(SocketException.class);
          }
        });
  }
}
