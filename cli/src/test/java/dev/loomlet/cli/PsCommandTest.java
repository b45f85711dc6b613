package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loomlet.process.JavaProcess;
import dev.loomlet.process.ProcessOptions;
import dev.loomlet.process.ProcessOptions.Stream;
import dev.loomlet.process.ProcessPool;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(90)
class PsCommandTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static JavaProcess parent;

  private static void startPoolAndWait() throws Exception {
    try (ProcessPool pool = new ProcessPool(1)) {
      pool.submit(() -> Thread.currentThread().getName()).get();
      new CountDownLatch(1).await();
    }
  }

  @BeforeAll
  static void start() throws Exception {
    ProcessOptions options =
        ProcessOptions.defaults().withName("a\033parent").withErrors(Stream.DISCARD);
    parent = JavaProcess.start(options, PsCommandTest::startPoolAndWait);
    await().atMost(LONG).until(() -> InThisJvm.loomlet("ps").out().contains("pool-1-1"));
  }

  @AfterAll
  static void end() {
    parent.close();
  }

  @Test
  void psShowsTheTreeWithItsLoopsAndPools() {
    Completed run = InThisJvm.loomlet("ps");

    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .containsPattern("PID +CPU +MEMORY +HEAP +PROCESS")
        .containsPattern(parent.pid() + " +[0-9.]+s +\\d+ MB +\\d+ MB +a\\?parent\n")
        .containsPattern("loop pool-1: \\d+ greenlets, (idle|busy)\n")
        .contains("pool pool-1: 1 of 1 ready, 0 given, 0 waiting, 1 submitted\n")
        .containsPattern("\\d+ MB +pool-1-1\n");
  }

  @Test
  void psPrintsJson() {
    Completed run = InThisJvm.loomlet("ps", "--json");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("{\"processes\":[")
        .contains("\"pid\":" + parent.pid() + ",\"answers\":true", "\"name\":\"a\\u001bparent\"");
  }

  @Test
  void aProcessThatIsStoppedIsSaidNotToAnswer() throws Exception {
    try (JavaProcess stopped =
        JavaProcess.start(
            ProcessOptions.defaults().withErrors(Stream.DISCARD),
            () -> new CountDownLatch(1).await())) {
      String pid = Long.toString(stopped.pid());
      await().atMost(LONG).until(() -> InThisJvm.loomlet("ps").out().contains(" " + pid + " "));
      new ProcessBuilder("kill", "-STOP", pid).start().waitFor();
      await()
          .atMost(LONG)
          .untilAsserted(
              () ->
                  assertThat(InThisJvm.loomlet("ps").out())
                      .containsPattern(pid + " .* - +does not answer \\(stopped\\)\n"));
    }
  }

  @Test
  void topPrintsItSoManyTimesWithShares() {
    Completed run = InThisJvm.loomlet("top", "--count", "2", "--interval", "0.1");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out().split("PID", -1)).hasSize(3);
    assertThat(run.out()).containsPattern(parent.pid() + " +\\d+ % ");
  }

  /** {@code script} is a terminal, in which Ctrl-C is a byte that is typed. */
  @Test
  void topDrawsOnATerminalUntilControlC() throws Exception {
    // given
    Assumptions.assumeTrue(isThere("script"), "script (util-linux, bsdutils) is missing");
    List<String> quoted =
        InChildJvm.withUsualSignals("top", "--interval", "0.2").stream()
            .map(each -> "'" + each + "'")
            .toList();
    Process script =
        new ProcessBuilder("script", "-qec", String.join(" ", quoted), "/dev/null")
            .redirectErrorStream(true)
            .start();
    // No interrupt ends a read of what it writes.
    CompletableFuture.delayedExecutor(LONG.toSeconds(), TimeUnit.SECONDS)
        .execute(script::destroyForcibly);
    try {
      // when
      StringBuilder seen = new StringBuilder();
      InputStream screen = script.getInputStream();
      while (seen.toString().split("\033\\[H\033\\[2J", -1).length < 4) {
        byte[] some = new byte[4096];
        int n = screen.read(some);
        assertThat(n).as("after %s", seen).isPositive();
        seen.append(new String(some, 0, n, StandardCharsets.UTF_8));
      }
      script.getOutputStream().write(3);
      script.getOutputStream().flush();

      // then
      screen.readAllBytes();
      assertThat(script.waitFor()).isEqualTo(130);
      assertThat(seen.toString())
          .containsPattern("PID +CPU +MEMORY +HEAP +PROCESS")
          .containsPattern(parent.pid() + " +\\d+ % ");
    } finally {
      script.destroyForcibly();
    }
  }

  private static boolean isThere(String program) throws Exception {
    return new ProcessBuilder("sh", "-c", "command -v " + program)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  @Test
  void topWithoutATerminalSaysWhatToDoInstead() {
    Completed run = InThisJvm.loomlet("top");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("loomlet ps");
    assertThat(InThisJvm.loomlet("top", "--interval", "0").exitCode()).isEqualTo(2);
    assertThat(InThisJvm.loomlet("top", "--count", "-1").exitCode()).isEqualTo(2);
  }
}
