package dev.loomlet.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams over pipes, used by greenlets. */
class PatchedStreamTest {

  @BeforeAll
  static void patch() {
    assertThat(Patch.all().of(Topic.PROCESS).patched()).isTrue();
    assertThat(Patch.report().of(Topic.FILES).patched()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("dev.loomlet.agent.OnEachEngine$Names#ofLinux")
  void aChildProcessIsReadAndAwaitedWhileOthersRun(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          // given: a child that says nothing before it is told to, by another greenlet
          Process child = new ProcessBuilder("sh", "-c", "read x; echo got $x").start();
          Loomlet.spawn(
              () -> {
                Loomlet.sleep(5);
                child.getOutputStream().write("it\n".getBytes());
                child.getOutputStream().flush();
              });
          // when
          try (BufferedReader reader = child.inputReader()) {
            // then
            assertThat(reader.readLine()).isEqualTo("got it");
          }
          assertThat(child.waitFor()).isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("dev.loomlet.agent.OnEachEngine$Names#ofLinux")
  void aWriteThatFillsThePipeLetsItsReaderRun(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          // given: reader and writer of one loop, and more than fits into two pipes
          Process child = new ProcessBuilder("cat").start();
          byte[] sent = new byte[400_000];
          sent[399_999] = 3;
          Greenlet<?> writer =
              Loomlet.spawn(
                  () -> {
                    child.getOutputStream().write(sent);
                    child.getOutputStream().close();
                  });
          // when
          byte[] received = child.getInputStream().readAllBytes();
          // then
          assertThat(received).isEqualTo(sent);
          writer.get();
          assertThat(child.waitFor()).isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("dev.loomlet.agent.OnEachEngine$Names#ofLinux")
  void aKilledReaderOfAPipeIsReleased(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          Process child = new ProcessBuilder("cat").start();
          Greenlet<Integer> reader = Loomlet.spawn(() -> child.getInputStream().read());
          Loomlet.sleep(5);
          reader.kill();
          assertThat(reader.isDone()).isTrue();
          child.getOutputStream().close();
          assertThat(child.waitFor()).isZero();
        });
  }

  @OnEachEngine
  void filesAreWrittenAndReadAsEver(String engine, @TempDir Path folder) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          Path file = folder.resolve("f");
          byte[] content = new byte[100_000];
          content[50_000] = 1;
          try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            out.write(content);
            out.write(7);
            out.write(content, 10, 100);
          }
          try (FileInputStream in = new FileInputStream(file.toFile())) {
            assertThat(in.readNBytes(content.length)).isEqualTo(content);
            assertThat(in.read()).isEqualTo(7);
          }
          assertThat(Files.size(file)).isEqualTo(100_101);
        });
  }

  @OnEachEngine
  void namesAreLookedUp(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine, () -> assertThat(InetAddress.getByName("localhost").isLoopbackAddress()).isTrue());
  }
}
