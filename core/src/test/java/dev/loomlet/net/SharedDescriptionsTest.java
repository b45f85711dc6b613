package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.loomlet.Greenlet;
import dev.loomlet.linux.SystemCalls;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.FileOutputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sockets of which others have descriptors, too: what they set holds for both, and a system call
 * that waits would stop the whole process at its next safepoint.
 */
@Timeout(60)
final class SharedDescriptionsTest {
  private static final int SOL_SOCKET = 1;
  private static final int SO_PASSCRED = 16;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int O_NONBLOCK = 0x800;

  @TempDir Path folder;

  private static void makeBlocking(int descriptor) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle fcntl =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("fcntl"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    int flags = (int) fcntl.invokeExact(descriptor, F_GETFL, 0);
    int result = (int) fcntl.invokeExact(descriptor, F_SETFL, flags & ~O_NONBLOCK);
    assertThat(result).isZero();
  }

  private static void makeBlockingNow(int descriptor) {
    try {
      makeBlocking(descriptor);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Writes until the kernel takes no more. */
  private static void fill(SocketStream stream) throws Exception {
    stream.setWriteTimeout(Duration.ofMillis(100));
    assertThatThrownBy(() -> stream.write(new byte[16 << 20]))
        .isInstanceOf(SocketTimeoutException.class);
  }

  @OnEveryEngine
  void toCloseAPassedConnectionThatLingersHoldsUpNobody(TestLoop loop) throws Exception {
    assumeThat(loop.engine()).isNotEqualTo("nio");
    loop.run(
        () -> {
          for (boolean adopted : new boolean[] {true, false}) {
            try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
                TcpStream client = TcpStream.connect("127.0.0.1", listener.port());
                TcpStream accepted = listener.accept()) {
              // given: a descriptor whose close waits until the peer has read
              accepted.setOption(StandardSocketOptions.SO_LINGER, 40);
              fill(accepted);
              PassedDescriptor passed = PassedDescriptor.of(accepted);
              accepted.close();
              // when
              AutoCloseable last = adopted ? passed.asTcpStream() : passed;
              long start = System.nanoTime();
              last.close();
              long taken = System.nanoTime() - start;
              // then
              assertThat(Duration.ofNanos(taken)).isLessThan(Duration.ofSeconds(20));
            }
          }
        });
  }

  @OnEveryEngine
  void whoMakesASharedSocketBlockingDoesNotStopTheLoop(TestLoop loop) throws Exception {
    assumeThat(loop.engine()).isNotEqualTo("nio");
    loop.run(
        () -> {
          List<UnixStream> pair = UnixStream.pair();
          try (UnixStream near = pair.get(0);
              UnixStream far = pair.get(1);
              PassedDescriptor other = PassedDescriptor.of(near)) {
            makeBlockingNow(other.number());
            far.write(text("1234"));
            boolean[] went = {false};
            byte[] room = new byte[4];
            assertThat(near.read(room)).isEqualTo(4);
            // when: a full read does not prove that there is nothing more
            Greenlet<Integer> reader = spawn(() -> near.read(room));
            Thread rescuer =
                Thread.ofPlatform()
                    .start(
                        () -> {
                          try {
                            Thread.sleep(2000);
                          } catch (InterruptedException e) {
                            return;
                          }
                          try (FileOutputStream out = passedOut(far)) {
                            out.write(1);
                          } catch (Exception e) {
                            throw new AssertionError(e);
                          }
                        });
            sleep(1);
            went[0] = rescuer.isAlive();
            far.write(text("5"));
            // then
            assertThat(reader.get()).isEqualTo(1);
            rescuer.interrupt();
            rescuer.join();
            assertThat(went[0]).isTrue();
            // and in the other direction
            near.setWriteTimeout(Duration.ofMillis(100));
            assertThatThrownBy(() -> near.write(new byte[16 << 20]))
                .isInstanceOf(SocketTimeoutException.class);
          }
        });
  }

  private static FileOutputStream passedOut(UnixStream stream) throws Exception {
    return PassedDescriptor.of(stream).asOutputStream();
  }

  @OnEveryEngine
  void descriptorsAreFoundBehindOtherControlMessages(TestLoop loop) throws Exception {
    assumeThat(loop.engine()).isNotEqualTo("nio");
    loop.run(
        () -> {
          List<UnixStream> pair = UnixStream.pair();
          try (UnixStream near = pair.get(0);
              UnixStream far = pair.get(1);
              PassedDescriptor other = PassedDescriptor.of(far)) {
            // given: whoever had the socket before wants to know who sends
            int set = new SystemCalls().setOption(other.number(), SOL_SOCKET, SO_PASSCRED, 1);
            assertThat(set).isZero();
            Path file = Files.createTempFile(folder, "f", "");
            try (FileOutputStream out = new FileOutputStream(file.toFile());
                PassedDescriptor first = PassedDescriptor.of(out.getFD());
                PassedDescriptor second = PassedDescriptor.of(out.getFD())) {
              // when
              near.sendDescriptors(text("x"), first, second);
            }
            try (DescriptorMessage message = Objects.requireNonNull(far.receiveDescriptors(9, 2))) {
              // then
              assertThat(message.descriptors()).hasSize(2);
            }
          }
        });
  }
}
