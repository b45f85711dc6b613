package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.loomlet.AsyncResult;
import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loop;
import dev.loomlet.engine.DescriptorsExhaustedException;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In which order the addresses of a name are tried, and how that ends. */
@Timeout(60)
final class HappyEyeballsTest {
  private static final HappyEyeballs.Connector HANG =
      _ -> {
        new AsyncResult<Void>("nothing").join();
        throw new AssertionError("nothing ends that wait");
      };
  private static final HappyEyeballs.Connector REFUSE =
      address -> {
        throw new ConnectException("cannot connect to " + Addresses.text(address) + ": refused");
      };
  private static final HappyEyeballs.Connector NO_ROUTE =
      address -> {
        throw new NoRouteToHostException(
            "cannot connect to " + Addresses.text(address) + ": no route");
      };

  private interface Script {
    void run(Network network) throws Exception;
  }

  /** A pretended network: what is found for the name when, and how each address behaves. */
  private static final class Network implements NameResolver, HappyEyeballs.Connector {
    final TcpListener listener;
    final Map<InetAddress, HappyEyeballs.Connector> hosts = new HashMap<>();
    final List<String> tried = new ArrayList<>();
    final List<StreamSocket> opened = new ArrayList<>();
    final List<Object> found = new ArrayList<>();
    int connecting;
    int lookingUp;

    Network(TcpListener listener) {
      this.listener = listener;
    }

    /** Finds addresses, after what was to be found so far. */
    Network find(String... literals) {
      found.add(Arrays.stream(literals).map(InetAddress::ofLiteral).toList());
      return this;
    }

    Network then(Duration pause) {
      found.add(pause);
      return this;
    }

    Network then(AsyncResult<?> moment) {
      found.add(moment);
      return this;
    }

    Network host(String literal, HappyEyeballs.Connector behaviour) {
      hosts.put(InetAddress.ofLiteral(literal), behaviour);
      return this;
    }

    /** Succeeds at once. */
    StreamSocket accept(InetSocketAddress unused) throws IOException {
      StreamSocket socket = Loop.current().engine().connect(listener.localAddress(), 0);
      opened.add(socket);
      return socket;
    }

    @Override
    public StreamSocket connect(InetSocketAddress address) throws IOException {
      tried.add(address.getAddress().getHostAddress());
      connecting++;
      try {
        return hosts.getOrDefault(address.getAddress(), this::accept).connect(address);
      } finally {
        connecting--;
      }
    }

    @Override
    @SuppressWarnings("unchecked")
    public void lookup(String name, Consumer<? super List<InetAddress>> sink)
        throws UnknownHostException {
      lookingUp++;
      boolean any = false;
      try {
        for (Object each : found) {
          switch (each) {
            case Duration pause -> sleep(pause);
            case AsyncResult<?> moment -> moment.join();
            default -> {
              sink.accept((List<InetAddress>) each);
              any = true;
            }
          }
        }
      } finally {
        lookingUp--;
      }
      if (!any) {
        throw new UnknownHostException("cannot resolve '" + name + "'");
      }
    }

    @Override
    public List<InetAddress> lookup(String name) {
      throw new AssertionError("nobody asks so");
    }

    @Override
    public List<InetAddress> lookup(String name, StandardProtocolFamily family) {
      throw new AssertionError("nobody asks so");
    }

    @Override
    public String reverse(InetAddress address) {
      throw new AssertionError("nobody asks so");
    }

    StreamSocket connect(long timeoutNanos) throws IOException {
      return new HappyEyeballs(this, this, Loop.current().clock(), "host.test", 80)
          .connect(timeoutNanos);
    }

    /** Nothing goes on, and only the winner is open. */
    void assertClean(StreamSocket winner) {
      assertThat(connecting).isZero();
      assertThat(lookingUp).isZero();
      for (StreamSocket each : opened) {
        assertThat(each.isOpen()).isEqualTo(each == winner);
      }
    }
  }

  private static void with(Script script) throws Exception {
    TestLoop loop = TestLoop.standard();
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            script.run(new Network(listener));
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @Test
  void takesIpv6First() throws Exception {
    with(
        network -> {
          network.find("10.0.0.1", "10.0.0.2", "fd00::1");
          StreamSocket socket = network.connect(0);
          assertThat(network.tried).containsExactly("fd00:0:0:0:0:0:0:1");
          network.assertClean(socket);
        });
  }

  @Test
  void takesFamiliesInTurn() throws Exception {
    with(
        network -> {
          network.find("10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1", "fd00::2");
          for (String each : List.of("fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2")) {
            network.host(each, REFUSE);
          }
          StreamSocket socket = network.connect(0);
          assertThat(network.tried)
              .containsExactly(
                  "fd00:0:0:0:0:0:0:1", "10.0.0.1", "fd00:0:0:0:0:0:0:2", "10.0.0.2", "10.0.0.3");
          network.assertClean(socket);
        });
  }

  @Test
  void beginsWithTheNextAddressWhileOneDoesNotAnswer() throws Exception {
    with(
        network -> {
          network.find("fd00::1", "10.0.0.1").host("fd00::1", HANG);
          long begin = System.nanoTime();
          StreamSocket socket = network.connect(0);
          assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(240_000_000);
          assertThat(network.tried).hasSize(2);
          network.assertClean(socket);
        });
  }

  @Test
  void takesASlowOneThatAnswersAfterTheNextWasBegun() throws Exception {
    with(
        network -> {
          network
              .find("fd00::1", "10.0.0.1")
              .host(
                  "fd00::1",
                  address -> {
                    sleep(300);
                    return network.accept(address);
                  })
              .host("10.0.0.1", HANG);
          StreamSocket socket = network.connect(0);
          assertThat(network.tried).hasSize(2);
          network.assertClean(socket);
        });
  }

  @Test
  void givesIpv6AMomentToBeFound() throws Exception {
    with(
        network -> {
          network.find("10.0.0.1").then(Duration.ofMillis(1)).find("fd00::1");
          StreamSocket socket = network.connect(0);
          assertThat(network.tried).containsExactly("fd00:0:0:0:0:0:0:1");
          network.assertClean(socket);
        });
  }

  @Test
  void doesNotWaitForIpv6ForLong() throws Exception {
    with(
        network -> {
          network.find("10.0.0.1").then(new AsyncResult<Void>("an answer that never comes"));
          StreamSocket socket = network.connect(0);
          assertThat(network.tried).containsExactly("10.0.0.1");
          network.assertClean(socket);
        });
  }

  @Test
  void doesNotWaitForIpv4AtAll() throws Exception {
    with(
        network -> {
          network.find("fd00::1").then(new AsyncResult<Void>("an answer that never comes"));
          StreamSocket socket = network.connect(0);
          assertThat(network.tried).containsExactly("fd00:0:0:0:0:0:0:1");
          network.assertClean(socket);
        });
  }

  @Test
  void triesAddressesThatAreFoundWhenAllBeforeHaveFailed() throws Exception {
    with(
        network -> {
          network
              .find("fd00::1")
              .then(Duration.ofMillis(20))
              .find("10.0.0.1")
              .host("fd00::1", REFUSE);
          StreamSocket socket = network.connect(0);
          assertThat(network.tried).hasSize(2);
          network.assertClean(socket);
        });
  }

  @Test
  void saysWhyEachAddressFailed() throws Exception {
    with(
        network -> {
          network.find("fd00::1", "10.0.0.1").host("fd00::1", NO_ROUTE).host("10.0.0.1", REFUSE);
          Throwable error = catchThrowable(() -> network.connect(0));
          assertThat(error)
              .isInstanceOf(ConnectException.class)
              .hasMessage(
                  "cannot connect to host.test:80 by any of its 2 addresses:"
                      + " [fd00:0:0:0:0:0:0:1]:80: no route; 10.0.0.1:80: refused");
          assertThat(error.getSuppressed())
              .hasExactlyElementsOfTypes(NoRouteToHostException.class, ConnectException.class);
          network.assertClean(null);
        });
  }

  @Test
  void throwsTheReasonOfTheOnlyAddressAsIfItWereHere() throws Exception {
    with(
        network -> {
          network.find("10.0.0.1").host("10.0.0.1", NO_ROUTE);
          Throwable error = catchThrowable(() -> network.connect(0));
          assertThat(error)
              .isInstanceOf(NoRouteToHostException.class)
              .hasMessage("cannot connect to 10.0.0.1:80: no route");
          assertThat(error.getStackTrace())
              .anyMatch(frame -> frame.getClassName().startsWith(getClass().getName()));
        });
  }

  @Test
  void blamesNoAddressWhenDescriptorsRunOut() throws Exception {
    with(
        network -> {
          network
              .find("fd00::1", "10.0.0.1")
              .host(
                  "fd00::1",
                  _ -> {
                    throw new DescriptorsExhaustedException("cannot connect");
                  })
              .host("10.0.0.1", REFUSE);
          assertThatThrownBy(() -> network.connect(0))
              .isInstanceOf(DescriptorsExhaustedException.class);
        });
  }

  @Test
  void saysThatANameIsUnknown() throws Exception {
    with(
        network -> {
          assertThatThrownBy(() -> network.connect(0))
              .isInstanceOf(UnknownHostException.class)
              .hasMessage("cannot resolve 'host.test'");
          network.assertClean(null);
        });
  }

  @Test
  void countsTheLookupToTheTimeOut() throws Exception {
    with(
        network -> {
          network.then(new AsyncResult<Void>("an answer that never comes"));
          assertThatThrownBy(() -> network.connect(20_000_000))
              .isInstanceOf(SocketTimeoutException.class)
              .hasMessageContaining("host.test:80 took longer than 20 ms")
              .hasMessageContaining("still being resolved");
          network.assertClean(null);
        });
  }

  @Test
  void saysWhoDidNotAnswerInTimeAndWhoRefused() throws Exception {
    with(
        network -> {
          network.find("fd00::1", "10.0.0.1").host("fd00::1", REFUSE).host("10.0.0.1", HANG);
          assertThatThrownBy(() -> network.connect(20_000_000))
              .isInstanceOf(SocketTimeoutException.class)
              .hasMessageContaining("no answer from 10.0.0.1:80")
              .hasMessageContaining("[fd00:0:0:0:0:0:0:1]:80: refused");
          network.assertClean(null);
        });
  }

  @Test
  void leavesNothingBehindWhenItIsCancelledAnywhere() throws Exception {
    with(
        network -> {
          AsyncResult<Void> never = new AsyncResult<>("an answer that never comes");
          network.find("fd00::1").then(never).host("fd00::1", HANG);
          for (int turns = 0; turns < 12; turns++) {
            Greenlet<StreamSocket> connecting = spawn(() -> network.connect(0));
            for (int i = 0; i < turns; i++) {
              sleep(0);
            }
            connecting.cancel(true);
            connecting.join();
            assertThat(connecting.isCancelled()).isTrue();
            network.assertClean(null);
          }
        });
  }

  @Test
  void closesTheWinnerIfTheCallerIsCancelledInTheSameMoment() throws Exception {
    with(
        network -> {
          for (int turns = 0; turns < 20; turns++) {
            Network fresh = new Network(network.listener).find("fd00::1", "10.0.0.1");
            Greenlet<StreamSocket> connecting = spawn(() -> fresh.connect(0));
            for (int i = 0; i < turns; i++) {
              sleep(0);
            }
            connecting.cancel(true);
            connecting.join();
            fresh.assertClean(connecting.isCancelled() ? null : connecting.get());
            fresh.opened.forEach(StreamSocket::close);
          }
        });
  }

  @Test
  void isACheckpoint() throws Exception {
    with(
        network -> {
          network.find("10.0.0.1");
          Greenlet<?> cancelled =
              spawn(
                  () -> {
                    Greenlet.current().cancel(true);
                    return network.connect(0);
                  });
          cancelled.join();
          assertThat(cancelled.exception()).isInstanceOf(Cancelled.class);
          assertThat(network.tried).isEmpty();
        });
  }

  @Test
  void triesEveryAddressOfMany() throws Exception {
    with(
        network -> {
          String[] many = new String[40];
          for (int i = 0; i < many.length; i++) {
            many[i] = "10.0.1." + i;
            network.host(many[i], i < 39 ? REFUSE : network::accept);
          }
          network.find(many);
          StreamSocket socket = network.connect(0);
          assertThat(network.tried).containsExactly(many);
          network.assertClean(socket);
        });
  }

  @Test
  void connectsByTheProcessesResolver() throws Exception {
    with(
        network -> {
          network.find("::1", "127.0.0.1");
          Resolvers.setDefault(network);
          try (TcpStream stream = TcpStream.connect("host.test", network.listener.port())) {
            assertThat(stream.remoteAddress()).isEqualTo(network.listener.localAddress());
          } finally {
            Resolvers.setDefault(null);
          }
        });
  }
}
