package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors that are passed over Unix sockets, within this process. */
@Timeout(60)
final class DescriptorPassingTest {
  @TempDir Path folder;

  private interface Code {
    void run(UnixStream near, UnixStream far) throws Exception;
  }

  /** A pair of connected streams; on the engine that cannot pass descriptors, its refusal. */
  private static void withPair(TestLoop loop, Code code) throws Exception {
    loop.run(
        () -> {
          List<UnixStream> pair = UnixStream.pair();
          try (UnixStream near = pair.get(0);
              UnixStream far = pair.get(1)) {
            if (loop.engine().equals("nio")) {
              assertThatThrownBy(() -> PassedDescriptor.of(near))
                  .isInstanceOf(UnsupportedOperationException.class)
                  .hasMessageContaining("epoll");
              assertThatThrownBy(() -> near.sendDescriptors(text("x")))
                  .isInstanceOf(UnsupportedOperationException.class)
                  .hasMessageContaining("epoll");
              assertThatThrownBy(() -> far.receiveDescriptors(1, 1))
                  .isInstanceOf(UnsupportedOperationException.class);
              assertThatThrownBy(() -> PassedDescriptor.of(FileDescriptor.in))
                  .isInstanceOf(UnsupportedOperationException.class);
            } else {
              code.run(near, far);
            }
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  /** Sockets alone: engines may open and close descriptors of their own at any time. */
  private static int openSockets() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return (int) all.filter(DescriptorPassingTest::isSocket).count();
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException e) {
      // It was the one by which the folder is listed.
      return false;
    }
  }

  /** Receives one message with one descriptor. */
  private static PassedDescriptor receiveOne(UnixStream from) throws IOException {
    DescriptorMessage message = Objects.requireNonNull(from.receiveDescriptors(100, 1));
    assertThat(message.descriptors()).hasSize(1);
    return message.descriptors().getFirst();
  }

  private static String read(SocketStream stream) throws IOException {
    byte[] room = new byte[100];
    int n = stream.read(room);
    return n < 0 ? "end" : new String(room, 0, n, StandardCharsets.UTF_8);
  }

  @OnEveryEngine
  void aTcpConnectionGoesOnWhereItIsReceived(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream client = TcpStream.connect("127.0.0.1", listener.port())) {
            // given: accepted here, closed here, and passed in between
            try (TcpStream accepted = listener.accept();
                PassedDescriptor passed = PassedDescriptor.of(accepted)) {
              near.sendDescriptors(text("a connection"), passed);
            }
            // when
            try (DescriptorMessage message = far.receiveDescriptors(100, 4)) {
              assertThat(message.data()).isEqualTo(text("a connection"));
              assertThat(message.descriptors()).hasSize(1);
              try (TcpStream there = message.descriptors().getFirst().asTcpStream()) {
                // then
                Greenlet<String> reader = spawn(() -> read(there));
                sleep(2);
                client.write(text("hello"));
                assertThat(reader.get()).isEqualTo("hello");
                there.write(text("you"));
                assertThat(read(client)).isEqualTo("you");
                assertThat(there.remoteAddress()).isEqualTo(client.localAddress());
                message.close();
                assertThat(there.isOpen()).isTrue();
                client.write(text("still"));
                assertThat(read(there)).isEqualTo("still");
              }
            }
            assertThat(read(client)).isEqualTo("end");
          }
        });
  }

  @OnEveryEngine
  void listenersAndUnixStreamsAndDatagramSocketsGoTheSameWay(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          Path path = folder.resolve("s");
          try (TcpListener tcp = TcpListener.bind("127.0.0.1", 0);
              UnixListener unix = UnixListener.bind(path);
              UdpSocket udp = UdpSocket.bind("127.0.0.1", 0);
              UnixDatagramSocket datagrams = UnixDatagramSocket.bind(folder.resolve("d"));
              PassedDescriptor one = PassedDescriptor.of(tcp);
              PassedDescriptor two = PassedDescriptor.of(unix);
              PassedDescriptor three = PassedDescriptor.of(udp);
              PassedDescriptor four = PassedDescriptor.of(datagrams)) {
            // when: all in one message
            near.sendDescriptors(text("x"), one, two, three, four);
            DescriptorMessage message = far.receiveDescriptors(10, 10);
            List<PassedDescriptor> passed = message.descriptors();
            // then
            try (TcpListener there = passed.get(0).asTcpListener();
                TcpStream client = TcpStream.connect("127.0.0.1", tcp.port());
                TcpStream accepted = there.accept(Duration.ofSeconds(30))) {
              client.write(text("by TCP"));
              assertThat(read(accepted)).isEqualTo("by TCP");
              assertThat(there.port()).isEqualTo(tcp.port());
            }
            try (UnixListener there = passed.get(1).asUnixListener();
                UnixStream client = UnixStream.connect(path);
                UnixStream accepted = there.accept(Duration.ofSeconds(30));
                PassedDescriptor again = PassedDescriptor.of(accepted)) {
              near.sendDescriptors(text("y"), again);
              try (UnixStream twice = receiveOne(far).asUnixStream()) {
                client.write(text("by Unix"));
                assertThat(read(twice)).isEqualTo("by Unix");
              }
            }
            assertThat(path).exists();
            try (UdpSocket there = passed.get(2).asUdpSocket();
                UdpSocket client = UdpSocket.bind("127.0.0.1", 0)) {
              client.send(text("by UDP"), udp.localAddress());
              assertThat(there.receive(Duration.ofSeconds(30)).text()).isEqualTo("by UDP");
            }
            try (UnixDatagramSocket there = passed.get(3).asUnixDatagramSocket();
                UnixDatagramSocket client = UnixDatagramSocket.open()) {
              client.send(text("by path"), folder.resolve("d"));
              assertThat(there.receive(Duration.ofSeconds(30)).text()).isEqualTo("by path");
            }
          }
        });
  }

  @OnEveryEngine
  void aFileIsReadFromWhereItsPositionIs(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          Path path = Files.writeString(folder.resolve("file"), "already read, not yet");
          try (FileInputStream in = new FileInputStream(path.toFile());
              FileOutputStream out = new FileOutputStream(folder.resolve("out").toFile());
              PassedDescriptor toRead = PassedDescriptor.of(in.getFD());
              PassedDescriptor toWrite = PassedDescriptor.of(out.getFD())) {
            assertThat(in.readNBytes(14)).hasSize(14);
            near.sendDescriptors(text("x"), toRead, toWrite);
          }
          // when
          DescriptorMessage message = far.receiveDescriptors(1, 2);
          // then
          try (FileInputStream there = message.descriptors().get(0).asInputStream();
              FileOutputStream out = message.descriptors().get(1).asOutputStream()) {
            assertThat(new String(there.readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("not yet");
            out.write(text("written there"));
          }
          assertThat(folder.resolve("out")).hasContent("written there");
        });
  }

  @OnEveryEngine
  void aConnectionMovesToAnotherLoop(TestLoop loop) throws Exception {
    if (loop.engine().equals("nio")) {
      return;
    }
    try (LoopGroup others = LoopGroup.start(1, loop.options())) {
      withPair(
          loop,
          (near, far) -> {
            List<UnixStream> pair = UnixStream.pair();
            try (UnixStream client = pair.get(0)) {
              try (UnixStream moved = pair.get(1);
                  PassedDescriptor passed = PassedDescriptor.of(moved)) {
                near.sendDescriptors(text("x"), passed);
              }
              PassedDescriptor received = receiveOne(far);
              Greenlet<String> other =
                  others
                      .next()
                      .spawn(
                          () -> {
                            try (UnixStream here = received.asUnixStream()) {
                              here.write(text("from the other loop"));
                              return read(here);
                            }
                          });
              assertThat(read(client)).isEqualTo("from the other loop");
              client.write(text("well received"));
              assertThat(other.get()).isEqualTo("well received");
              assertThat(read(client)).isEqualTo("end");
            }
          });
    }
  }

  @OnEveryEngine
  void unclaimedOnesAreClosed(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          int before = openSockets();
          for (int i = 0; i < 20; i++) {
            try (PassedDescriptor passed = PassedDescriptor.of(near)) {
              near.sendDescriptors(text("x"), passed, passed, passed);
            }
            try (DescriptorMessage message = far.receiveDescriptors(1, 3)) {
              assertThat(message.descriptors()).hasSize(3);
              assertThat(message.descriptors().get(1).number()).isPositive();
            }
          }
          assertThat(openSockets()).isEqualTo(before);
        });
  }

  @OnEveryEngine
  void forgottenOnesAreClosedByTheCollector(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          int before = openSockets();
          near.sendDescriptors(text("x"), PassedDescriptor.of(near));
          assertThat(far.receiveDescriptors(1, 1).descriptors()).hasSize(1);
          assertThat(openSockets()).isGreaterThan(before);
          for (int i = 0; i < 500 && openSockets() > before; i++) {
            System.gc();
            sleep(10);
          }
          assertThat(openSockets()).isEqualTo(before);
        });
  }

  @OnEveryEngine
  void moreThanThereIsRoomForAreAnErrorThatLeaksNone(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          int before = openSockets();
          try (PassedDescriptor passed = PassedDescriptor.of(near)) {
            near.sendDescriptors(text("three"), passed, passed, passed);
            near.sendDescriptors(text("one"), passed);
            near.sendDescriptors(text("none wanted"), passed);
          }
          assertThatThrownBy(() -> far.receiveDescriptors(100, 2))
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("room for 2");
          try (DescriptorMessage next = far.receiveDescriptors(100, 1)) {
            assertThat(next.data()).isEqualTo(text("one"));
          }
          assertThatThrownBy(() -> far.receiveDescriptors(100, 0))
              .isInstanceOf(SocketException.class);
          assertThat(openSockets()).isEqualTo(before);
        });
  }

  @OnEveryEngine
  void belongToTheBytesWithWhichTheyWereSent(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          try (PassedDescriptor passed = PassedDescriptor.of(near)) {
            near.write(text("before "));
            near.sendDescriptors(text("first"), passed);
            near.sendDescriptors(text("second"), passed, passed);
            near.write(text("after"));
          }
          near.shutdownOutput();
          StringBuilder seen = new StringBuilder();
          while (far.receiveDescriptors(1000, 5) instanceof DescriptorMessage message) {
            try (message) {
              seen.append(new String(message.data(), StandardCharsets.UTF_8));
              seen.append(message.descriptors().size()).append(' ');
            }
          }
          assertThat(seen.toString()).matches("(before 0 first1|before first1) second2 after0 ");
        });
  }

  @OnEveryEngine
  void aLongMessageIsWrittenWhole(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          byte[] data = new byte[2_000_000];
          data[data.length - 1] = 7;
          Greenlet<?> sender =
              spawn(
                  () -> {
                    try (PassedDescriptor passed = PassedDescriptor.of(near)) {
                      near.sendDescriptors(data, passed);
                    }
                    near.shutdownOutput();
                  });
          int count = 0;
          int descriptors = 0;
          byte last = 0;
          while (far.receiveDescriptors(100_000, 5) instanceof DescriptorMessage message) {
            try (message) {
              count += message.data().length;
              last = message.data()[message.data().length - 1];
              descriptors += message.descriptors().size();
            }
          }
          sender.get();
          assertThat(count).isEqualTo(data.length);
          assertThat(last).isEqualTo((byte) 7);
          assertThat(descriptors).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void datagramsCarryThemToo(TestLoop loop) throws Exception {
    UnixDatagramSocketTest.run(
        loop,
        () -> {
          Path path = folder.resolve("d");
          try (UnixDatagramSocket far = UnixDatagramSocket.bind(path);
              UnixDatagramSocket near = UnixDatagramSocket.bind(folder.resolve("n"))) {
            int before = openSockets();
            List<UnixStream> pair = UnixStream.pair();
            try (UnixStream kept = pair.get(0)) {
              // when
              try (UnixStream moved = pair.get(1);
                  PassedDescriptor passed = PassedDescriptor.of(moved)) {
                near.sendDescriptors(new byte[0], path, passed);
                near.sendDescriptors(text("two"), path, passed, passed);
              }
              // then
              try (DescriptorMessage message = far.receiveDescriptors(1);
                  UnixStream there = message.descriptors().getFirst().asUnixStream()) {
                assertThat(message.data()).isEmpty();
                assertThat(far.sender()).isEqualTo(folder.resolve("n"));
                there.write(text("x"));
                assertThat(read(kept)).isEqualTo("x");
              }
              assertThatThrownBy(() -> far.receiveDescriptors(1))
                  .isInstanceOf(SocketException.class);
              far.setReceiveTimeout(Duration.ofMillis(2));
              assertThatThrownBy(() -> far.receiveDescriptors(1))
                  .isInstanceOf(SocketTimeoutException.class);
              assertThat(read(kept)).isEqualTo("end");
            }
            assertThat(openSockets()).isEqualTo(before);
          }
        });
  }

  @OnEveryEngine
  void canBecomeOnlyWhatTheyAre(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          try (PassedDescriptor passed = PassedDescriptor.of(near)) {
            assertThatThrownBy(passed::asTcpStream)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Unix stream");
            assertThatThrownBy(passed::asUnixListener).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(passed::asUdpSocket).isInstanceOf(IllegalArgumentException.class);
            // then it can still be used, once
            UnixStream stream = passed.asUnixStream();
            assertThatThrownBy(passed::asUnixStream)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("made of it");
            assertThatThrownBy(() -> near.sendDescriptors(text("x"), passed))
                .isInstanceOf(IllegalStateException.class);
            stream.close();
          }
          Path path = Files.writeString(folder.resolve("file"), "x");
          FileInputStream in = new FileInputStream(path.toFile());
          try (PassedDescriptor file = PassedDescriptor.of(in.getFD())) {
            assertThatThrownBy(file::asTcpListener)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no socket");
          }
          in.close();
          assertThatThrownBy(() -> PassedDescriptor.of(in.getFD()))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("not open");
          assertThatThrownBy(() -> near.sendDescriptors(new byte[0]))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("one byte");
          assertThatThrownBy(() -> far.receiveDescriptors(1, 254))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("253");
          PassedDescriptor[] tooMany = new PassedDescriptor[254];
          assertThatThrownBy(() -> near.sendDescriptors(text("x"), tooMany))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }

  @OnEveryEngine
  void theMostThatOneMessageCarries(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          try (PassedDescriptor passed = PassedDescriptor.of(near)) {
            PassedDescriptor[] most = new PassedDescriptor[253];
            java.util.Arrays.fill(most, passed);
            near.sendDescriptors(text("x"), most);
          }
          try (DescriptorMessage message = far.receiveDescriptors(1, 253)) {
            assertThat(message.descriptors()).hasSize(253);
          }
        });
  }

  @OnEveryEngine
  void closedConnectionsThatLiveOnElsewhereDoNotTroubleTheLoop(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given: a connection that was passed on, and closed here while the other has it
          List<UnixStream> pair = UnixStream.pair();
          try (UnixStream client = pair.get(0);
              PassedDescriptor kept = PassedDescriptor.of(pair.get(1))) {
            pair.get(1).close();
            // when: it is used
            for (int i = 0; i < 100; i++) {
              client.write(text("x"));
              sleep(0);
            }
            // then: others on this loop are not disturbed, and it still works
            near.write(text("fine"));
            assertThat(read(far)).isEqualTo("fine");
            try (UnixStream there = kept.asUnixStream()) {
              assertThat(there.read(new byte[200])).isEqualTo(100);
            }
          }
        });
  }
}
