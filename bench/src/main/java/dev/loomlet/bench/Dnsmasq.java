package dev.loomlet.bench;

import dev.loomlet.Loomlet;
import dev.loomlet.dns.DnsConfig;
import dev.loomlet.dns.DnsResolver;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** The DNS server of many a router. It answers from what it was given, and asks nobody. */
public final class Dnsmasq implements AutoCloseable {
  private static final String PROGRAM = "dnsmasq";
  private static final String READY = "ready.test";
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int TRIES = 20;

  private final ServerProcess process;

  private Dnsmasq(ServerProcess process) {
    this.process = process;
  }

  /** Whether it is. */
  public static boolean isInstalled() {
    return Home.hasProgram(PROGRAM);
  }

  /**
   * Starts one that listens on the loopback interface, and waits until it answers.
   *
   * @param options what it knows of names in {@code test}, as on its command line
   */
  public static Dnsmasq start(String... options) throws Exception {
    return start(-1, options);
  }

  /**
   * The same on a certain processor.
   *
   * @param place of it among those that there are, counted from 0; any, if there are not so many
   */
  static Dnsmasq start(int place, String... options) throws Exception {
    List<Integer> processors = Machine.processors();
    int processor = place >= 0 && place < processors.size() ? processors.get(place) : -1;
    for (int left = TRIES; ; left--) {
      List<String> command = JavaCommand.pinned(processor, command(freePort(), options));
      Dnsmasq server = new Dnsmasq(ServerProcess.start(PROGRAM, command, PATIENCE));
      try {
        server.awaitAnswer();
        return server;
      } catch (Exception e) {
        server.close();
        if (left == 1) {
          throw e;
        }
        // Somebody else may have taken the port meanwhile.
      }
    }
  }

  private static List<String> command(int port, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                // It says nothing when it is ready.
                "/bin/sh",
                "-c",
                "echo \"listening on 127.0.0.1:$1\"; shift; exec \"$@\"",
                "sh",
                String.valueOf(port),
                PROGRAM,
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--pid-file",
                "--user=" + System.getProperty("user.name"),
                "--no-resolv",
                "--no-hosts",
                "--listen-address=127.0.0.1",
                "--bind-interfaces",
                "--port=" + port,
                "--host-record=" + READY + ",192.0.2.1"));
    command.addAll(List.of(options));
    return command;
  }

  /** Free for UDP and TCP, and not one of those that the kernel gives to anybody who asks. */
  private static int freePort() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    for (int left = TRIES; ; left--) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (DatagramSocket udp = new DatagramSocket(port, loopback);
          ServerSocket tcp = new ServerSocket(port, 1, loopback)) {
        return Math.max(udp.getLocalPort(), tcp.getLocalPort());
      } catch (BindException e) {
        if (left == 1) {
          throw e;
        }
      }
    }
  }

  private void awaitAnswer() throws Exception {
    long begin = System.nanoTime();
    Loomlet.run(
        () -> {
          DnsConfig config = DnsConfig.of(address()).withTimeout(Duration.ofSeconds(1));
          while (true) {
            try {
              new DnsResolver(config).lookup(READY);
              return;
            } catch (UnknownHostException e) {
              if (hasFailed() || System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new IOException(PROGRAM + " does not answer: " + process.complaints(), e);
              }
              Loomlet.sleep(20);
            }
          }
        });
  }

  private boolean hasFailed() {
    return process.complaints().stream().anyMatch(each -> each.contains("failed"));
  }

  /** How much processor time it has taken. */
  long cpuNanos() {
    return process.sample().cpuNanos();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), process.port());
  }

  /** Ends it. Waits. */
  @Override
  public void close() {
    process.close();
  }
}
