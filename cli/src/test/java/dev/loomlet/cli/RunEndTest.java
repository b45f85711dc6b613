package dev.loomlet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the end of a program, and of its JVM, is passed through. */
class RunEndTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
  void aSignalRunsShutdownHooksAndGivesTheUsualStatus(String signal, int status) throws Exception {
    String file =
        Sources.write(
            folder,
            "Waits",
            """
            import dev.loomlet.Loomlet;
            void main() {
              Runtime.getRuntime().addShutdownHook(new Thread(() -> IO.println("hook")));
              IO.println("ready");
              Loomlet.sleep(60_000);
            }
            """);
    List<String> command = InChildJvm.withUsualSignals("run", "--no-watch", "--stats", file);
    Process process = new ProcessBuilder(command).start();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      assertThat(out.readLine()).isEqualTo("ready");
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();

      assertThat(out.readLine()).isEqualTo("hook");
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(status);
      assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8))
          .startsWith("loomlet: loop-main (")
          .contains(" 1 greenlets, ")
          .hasLineCount(1);
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource({"INT, 130, as it is", "TERM, 143, wrapped"})
  void aSignalSaysNothingOfTheWaitsThatItEnds(String signal, int status, String how)
      throws Exception {
    String file =
        Sources.write(
            folder,
            "Sleeps",
            """
            import java.util.concurrent.*;
            import static dev.loomlet.Loomlet.*;
            void rest() {
              try {
                Thread.sleep(60_000);
              } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
              }
            }
            void main(String[] args) throws Exception {
              spawn(this::rest);
              new Thread(this::rest).start();
              Thread.startVirtualThread(this::rest);
              sleep(1);
              IO.println("ready");
              if (args[0].equals("wrapped")) rest();
              Thread.sleep(60_000);
            }
            """);
    List<String> command = InChildJvm.withUsualSignals("run", "--no-watch", "--threads", file, how);
    Process process = new ProcessBuilder(command).start();
    try (BufferedReader out = process.inputReader(UTF_8)) {
      assertThat(out.readLine()).isEqualTo("ready");
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();

      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8)).isEmpty();
      assertThat(process.exitValue()).isEqualTo(status);
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource({"--no-sockets", "--engine=nio", "--engine=auto"})
  void aSignalSaysNothingOfSocketsThatAreClosedForIt(String option) throws Exception {
    String file =
        Sources.write(
            folder,
            "Accepts",
            """
            import dev.loomlet.Loomlet;
            import java.net.*;
            void main() throws Exception {
              try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                  var client = new Socket(server.getInetAddress(), server.getLocalPort());
                  var peer = server.accept()) {
                Loomlet.spawn(() -> {
                  try {
                    client.getInputStream().read();
                  } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                });
                Loomlet.spawn(() -> IO.println("ready"));
                server.accept();
              }
            }
            """);
    Process process =
        new ProcessBuilder(
                InChildJvm.command(InChildJvm.projectHome(), "run", "--no-watch", option, file))
            .start();
    try (BufferedReader out = process.inputReader(UTF_8)) {
      assertThat(out.readLine()).isEqualTo("ready");
      new ProcessBuilder("kill", "-TERM", Long.toString(process.pid())).start().waitFor();

      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8)).isEmpty();
      assertThat(process.exitValue()).isEqualTo(143);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void whatMainThrowsIsReportedAtOnceAndItsThreadsAreAwaited() throws Exception {
    String file =
        Sources.write(
            folder,
            "Throws",
            """
            import java.util.concurrent.*;
            void main() {
              CountDownLatch reported = new CountDownLatch(1);
              Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
                IO.println(thread.getName() + " " + error.getMessage());
                reported.countDown();
              });
              ExecutorService pool = Executors.newFixedThreadPool(1);
              pool.submit(() -> {
                reported.await();
                Thread.sleep(50);
                IO.println("last");
                pool.shutdown();
                return null;
              });
              Thread forever = new Thread(() -> java.util.concurrent.locks.LockSupport.park());
              forever.setDaemon(true);
              forever.start();
              throw new IllegalStateException("no");
            }
            """);
    Completed expected = new Completed(1, "main no\nlast\n", "", null);

    assertThat(InChildJvm.loomlet("run", "--threads", file)).isEqualTo(expected);
    // Threads of pools are no daemons, whoever starts them.
    assertThat(InChildJvm.loomlet("run", file)).isEqualTo(expected);
  }

  @Test
  void whatMainThrowsGoesToItsOwnHandler() throws Exception {
    String file =
        Sources.write(
            folder,
            "Handles",
            """
            void main() {
              Thread.currentThread().setUncaughtExceptionHandler(
                  (thread, error) -> IO.println(thread.getName() + " " + error.getMessage()));
              throw new IllegalStateException("no");
            }
            """);

    assertThat(InChildJvm.loomlet("run", file)).isEqualTo(new Completed(1, "main no\n", "", null));
  }

  @Test
  void anInterruptThatMainLeavesBehindEndsNoThread() throws Exception {
    String file =
        Sources.write(
            folder,
            "Interrupted",
            """
            void main() {
              new Thread(
                      () -> {
                        try { Thread.sleep(20); } catch (InterruptedException e) { IO.println(e); }
                        IO.println("last");
                      })
                  .start();
              Thread.currentThread().interrupt();
            }
            """);

    assertThat(InChildJvm.loomlet("run", "--threads", file))
        .isEqualTo(new Completed(0, "last\n", "", null));
  }

  @Test
  void argumentsMayStandBehindTwoDashes() throws Exception {
    String file =
        Sources.write(
            folder, "Args", "void main(String[] args) { IO.println(String.join(\",\", args)); }");

    assertThat(InThisJvm.loomlet("run", file, "--", "-a", "--", "b").out()).isEqualTo("-a,--,b\n");
    assertThat(InThisJvm.loomlet("run", "--", file, "a").out()).isEqualTo("a\n");
  }
}
