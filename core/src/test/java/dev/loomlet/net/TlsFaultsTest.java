package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.loomlet.Greenlet;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/** TLS over a link that cuts the bytes into crumbs, breaks, or stops at any point. */
@Timeout(120)
final class TlsFaultsTest {
  private static final int POINTS = 12;
  private static final TlsOptions CLIENT =
      Tls.trusting("ca").handshakeTimeout(Duration.ofSeconds(20)).build();

  /** What happens when the link has carried so many bytes. */
  private interface Event {
    void happen() throws Exception;
  }

  /** Passes bytes on in pieces of random length, in both directions, until it is told to break. */
  private static final class Link {
    private final TcpStream left;
    private final TcpStream right;
    private final Random random;
    private final int largest;
    private long carried;
    private long breakAt = Long.MAX_VALUE;
    private Event event = () -> {};

    Link(TcpStream left, TcpStream right, Random random, int largest) {
      this.left = left;
      this.right = right;
      this.random = random;
      this.largest = largest;
    }

    void start() {
      spawn(() -> carry(left, right));
      spawn(() -> carry(right, left));
    }

    private void carry(TcpStream from, TcpStream to) throws Exception {
      try {
        byte[] buffer = new byte[largest];
        while (true) {
          int n = from.read(buffer, 0, 1 + random.nextInt(largest));
          if (n < 0) {
            to.shutdownOutput();
            return;
          }
          if (carried + n >= breakAt) {
            n = (int) (breakAt - carried);
            breakAt = Long.MAX_VALUE;
            to.write(buffer, 0, n);
            event.happen();
            return;
          }
          carried += n;
          to.write(buffer, 0, n);
          if (random.nextInt(8) == 0) {
            sleep(0);
          }
        }
      } catch (IOException e) {
        // The link is broken.
      }
    }
  }

  private interface Body {
    void run(TcpStream near, Link link, TcpStream far) throws Exception;
  }

  private static void withLink(TestLoop loop, Random random, int largest, Body body)
      throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream left = listener.accept();
              TcpStream right = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept()) {
            body.run(near, new Link(left, right, random, largest), far);
          }
        });
  }

  @OnEveryEngine
  void crumbsMakeNoDifference(TestLoop loop) throws Exception {
    for (int largest : new int[] {1, 7, 3000}) {
      Random random = new Random(largest);
      withLink(
          loop,
          random,
          largest,
          (near, link, far) -> {
            link.start();
            Greenlet<TlsStream> serving = spawn(() -> TlsStream.server(far, Tls.SERVER));
            try (TlsStream client = TlsStream.client(near, "localhost", CLIENT);
                TlsStream server = serving.get()) {
              byte[] data = new byte[largest * 2000];
              random.nextBytes(data);
              Greenlet<?> writer =
                  spawn(
                      () -> {
                        client.write(data);
                        client.shutdownOutput();
                      });
              assertThat(server.inputStream().readAllBytes()).isEqualTo(data);
              writer.get();
              server.write(text("fine"));
              server.close();
              assertThat(client.inputStream().readAllBytes()).isEqualTo(text("fine"));
            }
          });
    }
  }

  /** How many bytes a handshake and a farewell take. */
  private static long bytesOfConversation(TestLoop loop) throws Exception {
    long[] carried = new long[1];
    withLink(
        loop,
        new Random(1),
        5000,
        (near, link, far) -> {
          link.start();
          Greenlet<?> serving = spawn(() -> serve(far));
          talk(near);
          serving.get();
          carried[0] = link.carried;
        });
    return carried[0];
  }

  private static void serve(TcpStream far) throws IOException {
    try (TlsStream server = TlsStream.server(far, Tls.SERVER)) {
      byte[] question = new byte[8];
      if (server.read(question) < 0) {
        throw new IOException("no question");
      }
      server.write(question);
      server.shutdownOutput();
    }
  }

  private static void talk(TcpStream near) throws IOException {
    try (TlsStream client = TlsStream.client(near, "localhost", CLIENT)) {
      client.write(text("question"));
      byte[] answer = client.inputStream().readAllBytes();
      if (answer.length != 8) {
        throw new IOException("no answer");
      }
    }
  }

  @OnEveryEngine
  void aLinkThatBreaksAnywhereIsAnErrorOnBothSidesAndNeverAHang(TestLoop loop) throws Exception {
    long all = bytesOfConversation(loop);
    Random random = new Random(3);
    for (int i = 0; i < Repeat.times(POINTS); i++) {
      long point = random.nextLong(all - 40);
      boolean abrupt = random.nextBoolean();
      withLink(
          loop,
          random,
          500,
          (near, link, far) -> {
            link.breakAt = point;
            link.event =
                () -> {
                  if (abrupt) {
                    link.left.close();
                    link.right.close();
                  } else {
                    link.left.shutdownOutput();
                    link.right.shutdownOutput();
                  }
                };
            link.start();
            Throwable[] ofServer = new Throwable[1];
            Greenlet<?> serving = spawn(() -> ofServer[0] = catchThrowable(() -> serve(far)));
            Throwable ofClient = catchThrowable(() -> talk(near));
            near.close();
            serving.get();

            // then: the client cannot have seen a whole answer
            assertThat(ofClient).as("client at " + point).isInstanceOf(IOException.class);
            if (ofServer[0] != null) {
              assertThat(ofServer[0]).as("server at " + point).isInstanceOf(IOException.class);
            }
            assertThat(near.isOpen()).isFalse();
            assertThat(far.isOpen()).isFalse();
          });
    }
  }

  @OnEveryEngine
  void cancelledAnywhereItEndsAtOnceAndTheOtherSideIsTold(TestLoop loop) throws Exception {
    long all = bytesOfConversation(loop);
    Random random = new Random(4);
    for (int i = 0; i < Repeat.times(POINTS); i++) {
      long point = random.nextLong(all - 40);
      boolean client = random.nextBoolean();
      withLink(
          loop,
          random,
          500,
          (near, link, far) -> {
            Greenlet<?> serving = spawn(() -> quietly(() -> serve(far)));
            Greenlet<?> talking = spawn(() -> quietly(() -> talk(near)));
            Greenlet<?> victim = client ? talking : serving;
            link.breakAt = point;
            link.event =
                () -> {
                  victim.kill();
                  // Nothing comes through any more, but the end does.
                  link.left.close();
                  link.right.close();
                };
            link.start();
            victim.join();
            Greenlet<?> other = client ? serving : talking;
            other.join();
            assertThat(near.isOpen()).isFalse();
            assertThat(far.isOpen()).isFalse();
          });
    }
  }

  /** The one that is not killed gets an error when the link goes. */
  private static void quietly(Event conversation) throws Exception {
    try {
      conversation.happen();
    } catch (IOException e) {
      // As it should.
    }
  }

  @OnEveryEngine
  void closedByAnotherGreenletAnywhereItEndsAtOnce(TestLoop loop) throws Exception {
    long all = bytesOfConversation(loop);
    Random random = new Random(5);
    for (int i = 0; i < Repeat.times(POINTS); i++) {
      long point = random.nextLong(all - 40);
      withLink(
          loop,
          random,
          500,
          (near, link, far) -> {
            link.breakAt = point;
            link.event =
                () -> {
                  near.close();
                  far.close();
                };
            link.start();
            Throwable[] ofServer = new Throwable[1];
            Greenlet<?> serving = spawn(() -> ofServer[0] = catchThrowable(() -> serve(far)));
            Throwable ofClient = catchThrowable(() -> talk(near));
            serving.get();
            assertThat(ofClient).as("at " + point).isInstanceOf(IOException.class);
          });
    }
  }
}
