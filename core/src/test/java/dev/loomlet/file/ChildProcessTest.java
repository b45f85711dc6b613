package dev.loomlet.file;

import static dev.loomlet.Loomlet.spawn;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
final class ChildProcessTest {
  @TempDir Path directory;

  @OnEveryEngine
  void itsPipesAreReadAndWrittenWhileOthersGoOn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          int[] ticks = new int[1];
          Greenlet<?> ticker =
              spawn(
                  () -> {
                    while (true) {
                      Loomlet.sleep(1);
                      ticks[0]++;
                    }
                  });
          try (ChildProcess child = ChildProcess.start("sh", "-c", "sleep 0.05; exec cat")) {
            child.input().write("to and fro".getBytes(UTF_8));
            byte[] reply = child.output().inputStream().readNBytes(10);
            assertThat(new String(reply, UTF_8)).isEqualTo("to and fro");
            assertThat(child.isAlive()).isTrue();
            assertThat(child.waitFor(Duration.ofMillis(5))).isFalse();
            child.input().close();
            assertThat(child.output().read(reply)).isEqualTo(-1);
            assertThat(child.waitFor()).isZero();
          }
          ticker.kill();
          assertThat(ticks[0]).isPositive();
        });
  }

  @OnEveryEngine
  void aProgramIsRunAndItsOutputCollected(TestLoop loop) throws Exception {
    byte[] data = new byte[1_000_000];
    new Random(2).nextBytes(data);
    loop.run(
        () -> {
          var both = ChildProcess.run(1_000, "sh", "-c", "echo out; echo err >&2; exit 3");
          assertThat(both.exitCode()).isEqualTo(3);
          assertThat(both.text()).isEqualTo("out\n");
          assertThat(both.errorText()).isEqualTo("err\n");
          var copied = ChildProcess.run(new ProcessBuilder("cat"), data, 2_000_000);
          assertThat(Arrays.equals(copied.output(), data)).isTrue();
          var deaf = ChildProcess.run(new ProcessBuilder("true"), data, 10);
          assertThat(deaf.exitCode()).isZero();
          assertThatThrownBy(() -> ChildProcess.run(1_000, "sh", "-c", "while :; do echo y; done"))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("limit");
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void closingOrCancellingKillsIt(TestLoop loop) throws Exception {
    Path pid = directory.resolve("pid");
    loop.run(
        () -> {
          ChildProcess child = ChildProcess.start("sleep", "1000");
          ProcessHandle handle = ProcessHandle.of(child.pid()).orElseThrow();
          Greenlet<?> waiting = spawn(() -> child.waitFor());
          Loomlet.sleep(5);
          waiting.kill();
          assertThat(child.isAlive()).isTrue();
          child.close();
          child.close();
          assertThat(child.isAlive()).isFalse();
          assertThat(child.waitFor()).isEqualTo(128 + 9);
          assertThat(handle.isAlive()).isFalse();
          Greenlet<?> running =
              spawn(
                  () ->
                      ChildProcess.run(10, "sh", "-c", "echo $$ > '" + pid + "'; exec sleep 1000"));
          while (!Files.exists(pid) || Files.size(pid) < 2) {
            Loomlet.sleep(2);
          }
          running.kill();
          long number = Long.parseLong(Files.readString(pid).strip());
          assertThat(ProcessHandle.of(number).map(ProcessHandle::isAlive).orElse(false)).isFalse();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void redirectionsAreKeptAndErrorsAreClear(TestLoop loop) throws Exception {
    Path file = directory.resolve("out");
    loop.run(
        () -> {
          ProcessBuilder builder =
              new ProcessBuilder("sh", "-c", "echo $NAME in $(basename $PWD); echo err >&2")
                  .directory(directory.toFile())
                  .redirectErrorStream(true)
                  .redirectOutput(Redirect.to(file.toFile()));
          builder.environment().put("NAME", "child");
          try (ChildProcess child = ChildProcess.start(builder)) {
            assertThat(child.waitFor()).isZero();
            assertThatThrownBy(child::output)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("redirected");
          }
          assertThat(builder.redirectInput()).isEqualTo(Redirect.PIPE);
          assertThatThrownBy(() -> ChildProcess.start("no-such-program-here"))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("no-such-program-here");
        });
    assertThat(file).hasContent("child in " + directory.getFileName() + "\nerr\n");
  }

  @OnEveryEngine
  void noDescriptorIsLeft(TestLoop loop) throws Exception {
    Path own = Path.of("/proc/self/fd");
    Assumptions.assumeTrue(Files.exists(own), "no /proc here");
    loop.run(
        () -> {
          ChildProcess.run(10, "true");
          int before = LoopFiles.list(own).size();
          for (int i = 0; i < 5; i++) {
            ChildProcess.run(10, "true");
            assertThatThrownBy(() -> ChildProcess.start("no-such-program-here"))
                .isInstanceOf(IOException.class);
          }
          // Threads of the engine nio close what they have read; others of the JVM come and go.
          for (int i = 0; LoopFiles.list(own).size() > before + 3; i++) {
            assertThat(i).as("descriptors: " + LoopFiles.list(own).size()).isLessThan(1000);
            Loomlet.sleep(5);
          }
        });
  }

  @OnEveryEngine
  void aProgramHasAName(TestLoop loop) throws Exception {
    loop.run(
        () ->
            assertThatThrownBy(ChildProcess::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("name the program to start"));
  }
}
