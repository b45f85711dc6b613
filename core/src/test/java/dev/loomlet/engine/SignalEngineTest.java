package dev.loomlet.engine;

import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopOptions;
import dev.loomlet.TaskGroup;
import dev.loomlet.linux.PollEvents;
import dev.loomlet.linux.SignalCalls;
import dev.loomlet.linux.SystemCalls;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What signals bring with them: a queue that overflows, a mask, strays. */
@Timeout(60)
final class SignalEngineTest {
  private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

  @BeforeEach
  void onLinux() {
    Assumptions.assumeTrue(
        SignalEngine.unavailableReason() == null, "needs signals of descriptors");
  }

  private static LoopOptions options() {
    return LoopOptions.defaults().withEngine(Engines.byName("signal"));
  }

  /** The signals that this thread has blocked. */
  private static String mask() throws IOException {
    return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
        .filter(line -> line.startsWith("SigBlk"))
        .findFirst()
        .orElseThrow();
  }

  /** Pairs of greenlets that throw a byte to and fro, all at once. */
  static final class Program {
    private static final int PAIRS = 60;
    private static final int ROUNDS = 50;

    public static void main(String[] args) throws Exception {
      Loomlet.run(
          options(),
          () -> {
            try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
              TaskGroup.run(
                  group -> {
                    for (int i = 0; i < PAIRS; i++) {
                      TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
                      TcpStream far = listener.accept();
                      group.spawn(() -> play(near, true));
                      group.spawn(() -> play(far, false));
                    }
                  });
            }
            System.out.println("overflows " + ((SignalEngine) Loop.current().engine()).overflows());
          });
      System.out.println("done");
    }

    private static void play(TcpStream stream, boolean begins) throws IOException {
      byte[] ball = new byte[1];
      try (stream) {
        for (int i = 0; i < ROUNDS; i++) {
          if (begins || i > 0) {
            stream.write(ball);
          }
          if (stream.read(ball) != 1) {
            throw new IOException("lost");
          }
        }
        if (!begins) {
          stream.write(ball);
        }
      }
    }
  }

  private static String overflowsWith(int limit) throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(PRLIMIT), "needs prlimit (package util-linux)");
    try (ChildJvm child =
        ChildJvm.start(
            List.of(PRLIMIT.toString(), "--sigpending=" + limit, "--"),
            List.of("@" + ChildJvm.home().resolve("build/jvm.args")),
            Program.class)) {
      String overflows = child.lineAfter("overflows ");
      assertThat(child.rest()).isEqualTo("done\n");
      assertThat(child.exitCode()).isZero();
      return overflows;
    }
  }

  @Test
  void losesNothingWhenTheQueueOfSignalsOverflows() throws Exception {
    assertThat(Integer.parseInt(overflowsWith(3))).isPositive();
  }

  @Test
  void worksWithoutAnyQueueAtAll() throws Exception {
    assertThat(Integer.parseInt(overflowsWith(0))).isPositive();
  }

  @Test
  void blocksItsSignalsOnTheLoopsThreadOnlyAndNotForEver() throws Exception {
    // given
    String before = mask();

    // when / then
    Loomlet.run(
        options(),
        () -> {
          assertThat(mask()).isNotEqualTo(before);
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept()) {
            near.write(new byte[10]);
            far.write(new byte[10]);
          }
        });

    // then: also none is left that would be delivered now, and end the process
    assertThat(mask()).isEqualTo(before);
  }

  @Test
  void survivesStraySignalsAfterItsEnd() throws Exception {
    // given: a descriptor of a connection that outlives the engine
    SystemCalls calls = new SystemCalls();
    AtomicInteger duplicate = new AtomicInteger();
    AtomicReference<Socket> peer = new AtomicReference<>();
    Loomlet.run(
        options(),
        () -> {
          LinuxEngine engine = (LinuxEngine) Loop.current().engine();
          ListenSocket listener =
              engine.listen(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                  ListenOptions.DEFAULT);
          InetSocketAddress address = (InetSocketAddress) listener.localAddress();
          peer.set(
              Loomlet.runInExecutor(() -> new Socket(address.getAddress(), address.getPort()))
                  .get());
          LinuxStreamSocket socket = (LinuxStreamSocket) engine.attach(listener.accept(0));
          duplicate.set(calls.duplicate(socket.fd));
        });

    // when: something happens to it; and a signal for a loop that was, by mistake
    peer.get().getOutputStream().write(1);
    while ((calls.pollNow(duplicate.get(), PollEvents.POLLIN) & PollEvents.POLLIN) == 0) {
      Thread.sleep(1);
    }
    SignalCalls signals = new SignalCalls();
    SignalCalls.send(signals.currentProcess(), signals.currentThread(), SignalEngine.READY);

    // then: this still runs, and so does a new loop on the same thread
    peer.get().close();
    SystemCalls.close(duplicate.get());
    Loomlet.run(options(), () -> Loomlet.sleep(1));
  }

  @Test
  void takesASignalOfAnEarlierDescriptorForNothing() throws Exception {
    Loomlet.run(
        options(),
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            for (int i = 0; i < 300; i++) {
              // given: bytes on the way to a socket that is closed before it hears of them
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept();
              near.write(new byte[5]);
              far.close();

              // when: the next one gets its number, and nothing
              TcpStream other = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream next = listener.accept();
              Greenlet<Integer> reader = spawn(() -> next.read(new byte[10]));
              Loomlet.yield();
              Loomlet.yield();
              assertThat(reader.isDone()).isFalse();

              // then
              other.write(new byte[3]);
              assertThat(reader.get()).isEqualTo(3);
              near.close();
              other.close();
              next.close();
            }
          }
        });
  }
}
