package dev.loomlet.sim;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.file.LoopFiles;
import dev.loomlet.file.OpenFile;
import dev.loomlet.net.Datagram;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.net.UdpSocket;
import dev.loomlet.sim.history.History;
import dev.loomlet.sim.history.Models;
import dev.loomlet.sync.Event;
import dev.loomlet.sync.Mutex;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Programs with a mistake that only some runs show, each also without it. */
enum PlantedBug {
  /** Two increments become one, because each reads before the other one writes. */
  LOST_UPDATE {
    @Override
    void run(Simulation sim, boolean broken) {
      int[] counter = new int[1];
      Mutex lock = new Mutex();
      List<Greenlet<?>> greenlets = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        greenlets.add(
            Loomlet.spawn(
                () -> {
                  if (!broken) {
                    lock.lock();
                  }
                  int seen = counter[0];
                  Loomlet.yield();
                  counter[0] = seen + 1;
                  if (!broken) {
                    lock.unlock();
                  }
                }));
      }
      Loomlet.joinAll(greenlets);
      require(counter[0] == 3, "counted " + counter[0]);
    }
  },

  /** Two locks, taken in two orders. */
  LOCK_ORDER {
    @Override
    void run(Simulation sim, boolean broken) {
      Mutex one = new Mutex();
      Mutex other = new Mutex();
      Greenlet<?> first = Loomlet.spawn(() -> takeBoth(one, other));
      Greenlet<?> second =
          Loomlet.spawn(() -> takeBoth(broken ? other : one, broken ? one : other));
      Loomlet.joinAll(first, second);
    }

    private static void takeBoth(Mutex first, Mutex second) {
      first.lock();
      Loomlet.yield();
      second.lock();
      second.unlock();
      first.unlock();
    }
  },

  /** Somebody looks, decides to wait, and misses what happens in between. */
  MISSED_SIGNAL {
    @Override
    void run(Simulation sim, boolean broken) {
      boolean[] ready = new boolean[1];
      Event[] event = {new Event()};
      Greenlet<?> waiter =
          Loomlet.spawn(
              () -> {
                while (!ready[0]) {
                  Loomlet.yield();
                  if (broken) {
                    // Forgets a signal that came since it looked.
                    event[0].clear();
                  }
                  event[0].await();
                }
              });
      Greenlet<?> signaller =
          Loomlet.spawn(
              () -> {
                Loomlet.yield();
                ready[0] = true;
                event[0].set();
              });
      Loomlet.joinAll(waiter, signaller);
    }
  },

  /** Looks whether there is something, and takes it later, when there may be nothing. */
  CHECK_THEN_ACT {
    @Override
    void run(Simulation sim, boolean broken) throws Exception {
      List<String> pool = new ArrayList<>(List.of("only"));
      List<Greenlet<Boolean>> takers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        takers.add(
            Loomlet.spawn(
                () -> {
                  if (pool.isEmpty()) {
                    return false;
                  }
                  if (broken) {
                    Loomlet.yield();
                  }
                  pool.removeLast();
                  return true;
                }));
      }
      for (Greenlet<Boolean> each : takers) {
        each.get();
      }
    }
  },

  /** Takes what one read returns for a message. */
  SHORT_READ {
    @Override
    void run(Simulation sim, boolean broken) throws Exception {
      Host server = sim.host("server");
      server.start(
          () -> {
            try (TcpListener listener = TcpListener.bind("server", PORT);
                TcpStream stream = listener.accept()) {
              for (int i = 0; i < 3; i++) {
                byte[] message = new byte[8];
                int length = stream.read(message);
                while (!broken && length < message.length) {
                  byte[] more = new byte[message.length - length];
                  int n = stream.read(more);
                  System.arraycopy(more, 0, message, length, n);
                  length += n;
                }
                require(new String(message, UTF_8).equals("message" + i), Arrays.toString(message));
              }
            }
          });
      sim.sleep(Duration.ofMillis(1));
      try (TcpStream stream = TcpStream.connect("server", PORT)) {
        for (int i = 0; i < 3; i++) {
          stream.write(("message" + i).getBytes(UTF_8));
          sim.sleep(Duration.ofMillis(20));
        }
      }
      server.join();
    }
  },

  /** Waits without a limit for an answer of a host that may have lost power. */
  NO_TIME_OUT {
    @Override
    void run(Simulation sim, boolean broken) throws Exception {
      Host server = sim.host("server");
      server.start(SimNetworkTest::echo);
      sim.sleep(Duration.ofMillis(1));
      Greenlet<?> client =
          Loomlet.spawn(
              () -> {
                try (TcpStream stream = TcpStream.connect("server", PORT, Duration.ofSeconds(5))) {
                  if (!broken) {
                    stream.setReadTimeout(Duration.ofSeconds(5));
                  }
                  stream.write(new byte[1]);
                  stream.read(new byte[1]);
                } catch (IOException e) {
                  // The server is gone.
                }
              });
      sim.sleep(Duration.ofNanos(sim.random().nextInt(3_000_000)));
      server.crash();
      require(Loomlet.joinAll(Duration.ofMinutes(10), List.of(client)), "the client hangs");
      client.join();
    }
  },

  /** Acknowledges before the disk has it. */
  ACKNOWLEDGED_TOO_EARLY {
    @Override
    void run(Simulation sim, boolean broken) throws Exception {
      Host host = sim.host("node");
      int[] acknowledged = new int[1];
      host.start(
          () -> {
            try (OpenFile log =
                LoopFiles.open(LOG, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
              LoopFiles.syncDirectory(Path.of("/"));
              for (int i = 0; i < 20; i++) {
                log.write(new byte[] {1});
                if (!broken) {
                  log.sync();
                }
                acknowledged[0]++;
              }
              log.sync();
            }
          });
      sim.sleep(Duration.ofMillis(sim.random().nextInt(60)));
      host.crash();
      sim.world().powerOn(host.machine());
      host.spawn(
              "reader",
              () -> {
                int found = 0;
                if (LoopFiles.exists(LOG)) {
                  for (byte each : LoopFiles.readAllBytes(LOG)) {
                    found += each;
                  }
                }
                require(found >= acknowledged[0], found + " of " + acknowledged[0] + " are there");
              })
          .get();
    }
  },

  /** Renames a file into place whose content is not on the disk. */
  RENAMED_TOO_EARLY {
    @Override
    void run(Simulation sim, boolean broken) throws Exception {
      Host host = sim.host("node");
      Path config = Path.of("/config");
      Path temporary = Path.of("/config.new");
      host.spawn("first", () -> LoopFiles.replaceString(config, "old")).get();
      host.start(
          () -> {
            try (OpenFile file =
                LoopFiles.open(
                    temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
              file.write("new".getBytes(UTF_8));
              if (!broken) {
                file.sync();
              }
            }
            LoopFiles.move(temporary, config, StandardCopyOption.ATOMIC_MOVE);
            LoopFiles.syncDirectory(Path.of("/"));
          });
      sim.sleep(Duration.ofNanos(sim.random().nextInt(10_000_000)));
      host.crash();
      sim.world().powerOn(host.machine());
      host.spawn(
              "reader",
              () -> {
                String found = LoopFiles.readString(config);
                require(found.equals("old") || found.equals("new"), "found '" + found + "'");
              })
          .get();
    }
  },

  /** Counts a datagram that arrives twice as two. */
  COUNTED_TWICE {
    @Override
    void run(Simulation sim, boolean broken) throws Exception {
      sim.network().duplication(0.05);
      Host counter = sim.host("counter");
      List<Integer> counted = new ArrayList<>();
      counter.start(
          () -> {
            Set<Integer> seen = new HashSet<>();
            try (UdpSocket socket = UdpSocket.bind("counter", PORT)) {
              while (true) {
                Datagram datagram = socket.receive();
                int number = datagram.data()[0];
                if (broken || seen.add(number)) {
                  counted.add(number);
                }
              }
            }
          });
      sim.sleep(Duration.ofMillis(1));
      try (UdpSocket socket = UdpSocket.open()) {
        for (int i = 0; i < 5; i++) {
          socket.send(new byte[] {(byte) i}, new InetSocketAddress(counter.address(), PORT));
        }
      }
      sim.sleep(Duration.ofSeconds(2));
      require(counted.size() <= 5, "counted " + counted);
    }
  },

  /** Trusts the date on the clock for how long a lease holds. */
  LEASE_BY_DATE {
    @Override
    void run(Simulation sim, boolean broken) throws Exception {
      Host holder = sim.host("holder");
      boolean[] expiredForOthers = new boolean[1];
      boolean[] both = new boolean[1];
      if (sim.random().nextInt(10) == 0) {
        holder.skewClock(Duration.ofSeconds(-5));
      }
      long granted = sim.clock().currentTimeMillis();
      holder.start(
          () -> {
            long from = Loop.current().clock().nanoTime();
            while (true) {
              boolean mine =
                  broken
                      ? Loop.current().clock().currentTimeMillis() < granted + 10_000
                      : Loop.current().clock().nanoTime() < from + 9_000_000_000L;
              if (!mine) {
                return;
              }
              both[0] |= expiredForOthers[0];
              sim.sleep(Duration.ofMillis(100));
            }
          });
      sim.sleep(Duration.ofMillis(10_000));
      expiredForOthers[0] = true;
      holder.join();
      require(!both[0], "two hold the lease");
    }
  },

  /** Leaves a connection open when the first message does not come. */
  LEAK_ON_ERROR {
    @Override
    void run(Simulation sim, boolean broken) throws Exception {
      Host server = sim.host("server");
      server.start(SimNetworkTest::echo);
      sim.sleep(Duration.ofMillis(1));
      sim.network()
          .latency(
              Latency.mixed(
                  Latency.constant(Duration.ofMillis(1)),
                  Latency.constant(Duration.ofSeconds(2)),
                  0.05));
      TcpStream stream = TcpStream.connect("server", PORT);
      stream.setReadTimeout(Duration.ofSeconds(1));
      try {
        stream.write(new byte[1]);
        stream.read(new byte[1]);
      } catch (SocketTimeoutException e) {
        if (broken) {
          return;
        }
      }
      stream.close();
    }
  },

  /** Reads from a copy that may not have heard of the last write. */
  STALE_READ {
    @Override
    void run(Simulation sim, boolean broken) throws Exception {
      History history = new History();
      int[] copies = new int[2];
      Greenlet<?> writer =
          Loomlet.spawn(
              () -> {
                for (int i = 1; i <= 3; i++) {
                  int value = i;
                  history.call(
                      "writer",
                      "write",
                      value,
                      () -> {
                        copies[0] = value;
                        Loomlet.yield();
                        copies[1] = value;
                        return null;
                      });
                }
              });
      Greenlet<?> reader =
          Loomlet.spawn(
              () -> {
                for (int i = 0; i < 4; i++) {
                  int copy = broken ? sim.random().nextInt(2) : 0;
                  history.call(
                      "reader",
                      "read",
                      null,
                      () -> {
                        Loomlet.yield();
                        return copies[copy] == 0 ? null : copies[copy];
                      });
                }
              });
      Loomlet.joinAll(writer, reader);
      history.check(Models.register());
    }
  };

  private static final int PORT = 7000;
  private static final Path LOG = Path.of("/log");

  abstract void run(Simulation sim, boolean broken) throws Exception;

  static void require(boolean condition, String message) {
    if (!condition) {
      throw new AssertionError(message);
    }
  }
}
