package dev.loomlet.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Pool;
import dev.loomlet.dns.DnsConfig;
import dev.loomlet.dns.DnsResolver;
import dev.loomlet.net.Datagram;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.StreamServer;
import dev.loomlet.net.TcpStream;
import dev.loomlet.net.TlsOptions;
import dev.loomlet.net.TlsStream;
import dev.loomlet.net.UdpSocket;
import dev.loomlet.queue.Channel;
import dev.loomlet.queue.ChannelClosedException;
import dev.loomlet.queue.JoinableQueue;
import dev.loomlet.queue.Select;
import dev.loomlet.sim.junit.SimTest;
import dev.loomlet.sync.Semaphore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The house's own parts under many schedules and faults. */
@Timeout(300)
final class HouseTest {
  private static final int PORT = 7000;
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final String FAULTS =
      "swarm=partition+latency+loss+reset+half_open+slow_reader+skew+crash";

  @TempDir static Path folder;
  private static KeyStore keys;

  @BeforeAll
  static void makeKeys() throws Exception {
    Path file = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-dname",
                "CN=server",
                "-ext",
                "san=dns:server",
                "-validity",
                "1",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
  }

  @SimTest(seeds = 500)
  void nothingIsLostOrDoubledBetweenChannelsAndSelects(Simulation sim) {
    Channel<Integer> left = new Channel<>(2);
    Channel<Integer> right = new Channel<>();
    List<Integer> got = new ArrayList<>();
    List<Greenlet<?>> greenlets = new ArrayList<>();
    for (Channel<Integer> channel : List.of(left, right)) {
      int base = channel == left ? 0 : 10;
      greenlets.add(
          Loomlet.spawn(
              () -> {
                for (int i = 0; i < 10; i++) {
                  if (sim.random().nextBoolean()) {
                    sim.sleep(Duration.ofNanos(sim.random().nextInt(3)));
                  }
                  channel.send(base + i);
                }
                channel.close();
              }));
    }
    for (int i = 0; i < 2; i++) {
      greenlets.add(
          Loomlet.spawn(
              () -> {
                while (!(left.isClosed() && right.isClosed())) {
                  try {
                    Select.<Boolean>first()
                        .receive(left, got::add)
                        .receive(right, got::add)
                        .after(Duration.ofNanos(2), () -> false)
                        .await();
                  } catch (ChannelClosedException e) {
                    Integer rest = left.isClosed() ? tryRight(right) : tryRight(left);
                    if (rest != null) {
                      got.add(rest);
                    }
                    sim.sleep(Duration.ofNanos(1));
                  }
                }
              }));
    }
    Loomlet.joinAll(greenlets);
    left.forEach(got::add);
    right.forEach(got::add);
    assertThat(got).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 20).boxed().toList());
  }

  private static Integer tryRight(Channel<Integer> channel) {
    try {
      return channel.tryReceive();
    } catch (ChannelClosedException e) {
      return null;
    }
  }

  @SimTest(seeds = 500)
  void aPoolNeverRunsMoreThanItMayAndForgetsNobody(Simulation sim) throws Exception {
    Pool pool = new Pool(3);
    int[] running = new int[1];
    int[] done = new int[1];
    for (int i = 0; i < 20; i++) {
      pool.spawn(
          () -> {
            assertThat(++running[0]).isLessThanOrEqualTo(3);
            sim.sleep(Duration.ofNanos(sim.random().nextInt(5)));
            running[0]--;
            done[0]++;
          });
    }
    pool.join();
    assertThat(done[0]).isEqualTo(20);
  }

  @SimTest(seeds = 500)
  void aJoinableQueueWaitsForAllTasks(Simulation sim) throws InterruptedException {
    JoinableQueue<Integer> queue = new JoinableQueue<>(2);
    int[] sum = new int[1];
    List<Greenlet<?>> workers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      workers.add(
          Loomlet.spawn(
              () -> {
                while (true) {
                  int element = queue.take();
                  Loomlet.yield();
                  sum[0] += element;
                  queue.taskDone();
                }
              }));
    }
    for (int i = 1; i <= 10; i++) {
      queue.put(i);
    }
    queue.join();
    assertThat(sum[0]).isEqualTo(55);
    Loomlet.killAll(workers);
  }

  @SimTest(seeds = 500)
  void aPermitIsNotLostWhoeverIsCancelledWhileItWaits(Simulation sim) throws Exception {
    Semaphore semaphore = new Semaphore(1);
    List<Greenlet<?>> greenlets = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      greenlets.add(
          Loomlet.spawn(
              () -> {
                for (int k = 0; k < 3; k++) {
                  semaphore.acquire();
                  try {
                    sim.sleep(Duration.ofNanos(sim.random().nextInt(4)));
                  } finally {
                    semaphore.release();
                  }
                }
              }));
    }
    for (int i = 0; i < 3; i++) {
      sim.sleep(Duration.ofNanos(sim.random().nextInt(6)));
      greenlets.get(i).cancel(true);
    }
    Loomlet.joinAll(greenlets);
    assertThat(semaphore.tryAcquire()).isTrue();
  }

  /** Answers with what it was sent. */
  private static void serve(StreamServer.Builder builder) throws IOException {
    try (StreamServer server = builder.bind("0.0.0.0", PORT).start()) {
      server.join();
    }
  }

  private static StreamServer.Builder echo() {
    return StreamServer.builder(
        stream -> {
          byte[] buffer = new byte[256];
          for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
            stream.write(buffer, 0, n);
          }
        });
  }

  private static String ask(SocketStream stream, String text) throws IOException {
    stream.setReadTimeout(Duration.ofSeconds(2));
    stream.write(text.getBytes(UTF_8));
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    byte[] part = new byte[text.length()];
    while (answer.size() < text.length()) {
      int n = stream.read(part);
      if (n < 0) {
        throw new IOException("ended");
      }
      answer.write(part, 0, n);
    }
    return answer.toString(UTF_8);
  }

  @SimTest(seeds = 300, options = FAULTS)
  void aServerAnswersRightUnderFaultsAndAllIsServedAfterThem(Simulation sim) {
    Host server = sim.host("server");
    server.start(() -> serve(echo()));
    int[] answered = new int[1];
    List<Host> clients = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Host client = sim.host("client-" + i);
      clients.add(client);
      client.start(
          () -> {
            for (int k = 0; k < 5; k++) {
              String question = client.name() + " asks " + k;
              while (true) {
                try (TcpStream stream = TcpStream.connect("server", PORT, Duration.ofSeconds(2))) {
                  assertThat(ask(stream, question)).isEqualTo(question);
                  answered[0]++;
                  break;
                } catch (IOException e) {
                  sim.sleep(Duration.ofMillis(100));
                }
              }
            }
          });
    }
    // First safety under faults, then liveness without them.
    sim.sleep(Duration.ofSeconds(5));
    sim.calm();
    for (Host each : clients) {
      each.join();
    }
    assertThat(answered[0]).isGreaterThanOrEqualTo(15);
  }

  @SimTest(seeds = 30)
  void tlsGetsThroughALinkThatLosesAndCutsInPieces(Simulation sim) throws Exception {
    sim.network().loss(0.05);
    sim.network().fragmentation(0.5);
    TlsOptions own = TlsOptions.builder().identity(keys, PASSWORD).build();
    TlsOptions trusting = TlsOptions.builder().trust(keys).build();
    Host server = sim.host("server");
    server.start(() -> serve(echo().tls(own)));
    sim.sleep(Duration.ofMillis(1));
    try (TlsStream stream = TlsStream.connect("server", PORT, trusting)) {
      for (int i = 0; i < 5; i++) {
        assertThat(ask(stream, "secret " + i)).isEqualTo("secret " + i);
      }
    }
  }

  @SimTest(seeds = 200)
  void aNameIsResolvedThoughDatagramsGetLostAndDoubled(Simulation sim) throws Exception {
    sim.network().loss(0.05);
    sim.network().duplication(0.2);
    Host dns = sim.host("dns");
    dns.start(HouseTest::answerNames);
    sim.sleep(Duration.ofMillis(1));
    DnsConfig config =
        DnsConfig.of(new InetSocketAddress(dns.address(), DnsConfig.PORT))
            .withTimeout(Duration.ofMillis(200))
            .withAttempts(5);
    DnsResolver resolver = new DnsResolver(config, new SplittableRandom(sim.seed()));
    assertThat(resolver.lookup("www.example.")).contains(InetAddress.ofLiteral("192.0.2.7"));
  }

  /** A name server for which all names are 192.0.2.7, and none has an IPv6 address. */
  private static void answerNames() throws IOException {
    try (UdpSocket socket = UdpSocket.bind("0.0.0.0", DnsConfig.PORT)) {
      while (true) {
        Datagram datagram = socket.receive();
        socket.send(answerTo(datagram.data()), datagram.sender());
      }
    }
  }

  private static byte[] answerTo(byte[] question) {
    int end = 12;
    while (question[end] != 0) {
      end += question[end] + 1;
    }
    end += 5;
    boolean ipv4 = question[end - 3] == 1;
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    answer.write(question, 0, 2);
    answer.writeBytes(new byte[] {(byte) 0x81, (byte) 0x80, 0, 1, 0, (byte) (ipv4 ? 1 : 0)});
    answer.writeBytes(new byte[] {0, 0, 0, 0});
    answer.write(question, 12, end - 12);
    if (ipv4) {
      answer.writeBytes(new byte[] {(byte) 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4});
      answer.writeBytes(new byte[] {(byte) 192, 0, 2, 7});
    }
    return answer.toByteArray();
  }

  @SimTest(seeds = 300)
  void aTimeOutThatRacesWithSuccessIsOneOfBoth(Simulation sim) {
    Channel<String> channel = new Channel<>(1);
    Greenlet<?> sender =
        Loomlet.spawn(
            () -> {
              sim.sleep(Duration.ofNanos(1000 + sim.random().nextInt(3)));
              try {
                channel.trySend("sent", Duration.ofNanos(5));
              } catch (Cancelled e) {
                throw new AssertionError(e);
              }
            });
    String got = channel.tryReceive(Duration.ofNanos(1001));
    sender.join();
    String rest = channel.tryReceive();
    assertThat(got == null ? rest : got).isEqualTo("sent");
    assertThat(got != null && rest != null).isFalse();
  }
}
