package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Loomlet;
import dev.loomlet.process.JavaProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that start processes. */
@Timeout(120)
class RunProcessesTest {
  @TempDir Path folder;

  private static final String MAIN_IN_A_MODULE =
      """
      package p;
      import dev.loomlet.process.*;
      public class Main {
        public static void main(String[] args) throws Exception {
          int captured = 6;
          var process = JavaProcess.start(() -> System.out.println("child " + captured * 7));
          process.join();
          try (var pool = new ProcessPool(1)) {
            System.out.println("pool " + pool.submit(() -> captured + 1).get());
          }
          System.out.println(Main.class.getModule() + " " + process.exitCode().getAsInt());
        }
      }
      """;

  private static Path placeOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private Path module() throws Exception {
    return Sources.compileAgainstLoomlet(
        folder.resolve("modules/my.program"),
        List.of(placeOf(JavaProcess.class)),
        Sources.write(folder, "module-info", "module my.program { requires dev.loomlet.process; }"),
        Sources.write(folder, "p/Main", MAIN_IN_A_MODULE));
  }

  @Test
  void childrenArePatchedAsTheirParentIs() throws Exception {
    // given a child that would wait for itself for ever if its sockets were the JDK's
    String program =
        Sources.write(
            folder,
            "Patched",
            """
            import dev.loomlet.*;
            import dev.loomlet.process.*;
            import java.net.*;

            static void askOurselves() throws Exception {
              try (var server = new ServerSocket(0)) {
                Loomlet.spawn(() -> {
                  try (var client = server.accept()) {
                    client.getOutputStream().write(7);
                  }
                });
                var asking = Loomlet.spawn(() -> {
                  try (var socket = new Socket("127.0.0.1", server.getLocalPort())) {
                    return socket.getInputStream().read();
                  }
                });
                System.out.println("child got " + asking.get());
              }
            }

            void main() throws Exception {
              try (var process = JavaProcess.start(() -> askOurselves())) {
                System.out.println("ended " + process.join(Duration.ofSeconds(30)));
              }
            }
            """);

    // when
    Completed run = InChildJvm.loomlet("run", program);

    // then
    assertThat(run.out()).isEqualTo("child got 7\nended true\n");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void whatIsNotToBePatchedIsNotInChildrenEither() throws Exception {
    String program =
        Sources.write(
            folder,
            "Unpatched",
            """
            import dev.loomlet.*;
            import dev.loomlet.agent.*;
            import dev.loomlet.process.*;

            static void report() {
              Loop.current();
              for (var each : Patch.report().topics()) {
                System.out.println(each.topic() + " " + each.patched());
              }
            }

            void main() throws Exception {
              JavaProcess.start(() -> report()).join();
            }
            """);
    Completed run = InChildJvm.loomlet("run", "--no-sockets", program);
    assertThat(run.out()).contains("SOCKETS false", "STDIN true", "THREADS false");
  }

  @Test
  void aModuleOfLoomletRunStartsProcesses() throws Exception {
    Path modules = module().getParent();
    Completed run = InChildJvm.loomlet("run", "-p", modules.toString(), "-m", "my.program/p.Main");
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo("child 42\npool 7\nmodule my.program 0\n");
  }

  @Test
  void aModuleOfTheJvmStartsProcesses() throws Exception {
    // given
    String path =
        String.join(
            ":",
            placeOf(Loomlet.class).toString(),
            placeOf(JavaProcess.class).toString(),
            module().toString());
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            InChildJvm.QUICKER_COMPILER,
            "--add-opens=java.base/java.lang=dev.loomlet",
            "--enable-native-access=dev.loomlet",
            "-XX:+UseSerialGC",
            "-p",
            path,
            "-m",
            "my.program/p.Main");

    // when
    Completed run = InChildJvm.loomlet(folder, Map.of(), command);

    // then
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo("child 42\npool 7\nmodule my.program 0\n");
  }

  @Test
  void aChildsPipesWorkOnEachEngine() throws Exception {
    String program =
        Sources.write(
            folder,
            "Piped",
            """
            import dev.loomlet.process.*;
            import dev.loomlet.process.ProcessOptions.Stream;
            import java.nio.charset.StandardCharsets;

            static void shout() throws Exception {
              System.out.print(new String(System.in.readAllBytes()).toUpperCase());
            }

            void main() throws Exception {
              var options = ProcessOptions.defaults().withInput(Stream.PIPE).withOutput(Stream.PIPE);
              try (var process = JavaProcess.start(options, () -> shout())) {
                process.input().write("hello".getBytes());
                process.input().close();
                System.out.println(new String(process.output().inputStream().readAllBytes()));
                process.join();
              }
            }
            """);
    for (String engine : List.of("epoll", "nio")) {
      Completed run = InChildJvm.loomlet("run", "--engine", engine, program);
      assertThat(run.err()).isEmpty();
      assertThat(run.out()).isEqualTo("HELLO\n");
    }
  }
}
