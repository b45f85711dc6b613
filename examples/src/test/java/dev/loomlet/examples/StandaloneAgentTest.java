package dev.loomlet.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One flag, one jar, no command: the agent that Maven gives, on a JVM as it is. */
class StandaloneAgentTest {
  private static final String PROGRAM =
      """
      import java.net.*;
      import java.util.concurrent.*;

      public class App {
        static int most;
        static int now;

        public static void main(String[] args) throws Exception {
          System.out.println(Thread.currentThread().getName() + " " + Thread.currentThread().isVirtual());
          try (var server = new ServerSocket(0); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
              threads.submit(() -> echo(server.accept()));
              threads.submit(() -> talk(server.getLocalPort()));
            }
          }
          // No lock and no volatile: all of them ran on one thread.
          System.out.println(most + " at once, " + now + " left");
          if (args.length > 0) throw new IllegalStateException(String.join(",", args));
        }

        static Void echo(Socket socket) throws Exception {
          try (socket) {
            socket.getOutputStream().write(socket.getInputStream().read());
          }
          return null;
        }

        static Void talk(int port) throws Exception {
          most = Math.max(most, ++now);
          try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            Thread.sleep(200);
            socket.getOutputStream().write(7);
            if (socket.getInputStream().read() != 7) throw new AssertionError();
          }
          now--;
          return null;
        }
      }
      """;

  private static final String OUTPUT = "main true\n100 at once, 0 left\n";

  @TempDir Path folder;

  private String jar = "";

  @BeforeEach
  void compile() throws IOException {
    Path source = Files.writeString(folder.resolve("App.java"), PROGRAM);
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", folder.toString(), source.toString());
    assertThat(status).isZero();
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Main-Class", "App");
    Path file = folder.resolve("my app.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
      out.putNextEntry(new ZipEntry("App.class"));
      out.write(Files.readAllBytes(folder.resolve("App.class")));
    }
    jar = file.toString();
  }

  private record Ended(int status, String out, String err) {}

  private Ended java(String options, String... rest) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Such a program ends before a better compiler would have paid.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-javaagent:" + System.getProperty("loomlet.agent") + options);
    Stream.of(rest).forEach(command::add);
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).isTrue();
    return new Ended(
        process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }

  @Test
  void anUnmodifiedJarRunsOnALoop() throws Exception {
    assertThat(java("", "-jar", jar)).isEqualTo(new Ended(0, OUTPUT, ""));
  }

  @Test
  void soDoesAClassAndItsErrorIsReportedAsEver() throws Exception {
    Ended ended = java("", "-cp", folder.toString(), "App", "a", "b c");

    assertThat(ended.out()).isEqualTo(OUTPUT);
    assertThat(ended.err())
        .startsWith(
            "Exception in thread \"main\" java.lang.IllegalStateException: a,b c\n\tat App.main(")
        .hasLineCount(2);
    assertThat(ended.status()).isEqualTo(1);
  }

  @Test
  void changedClassesAreKeptAndMadeAnewIfTheirFileIsDamaged() throws Exception {
    // given
    Path kept = folder.resolve("kept");
    String flag = "-Dloomlet.patch.kept=" + kept;
    Ended expected = new Ended(0, OUTPUT, "");
    assertThat(java("", flag, "-jar", jar)).isEqualTo(expected);
    byte[] first = Files.readAllBytes(kept);
    FileTime written = Files.getLastModifiedTime(kept);
    // then: the next one needs nothing else
    assertThat(java("", flag, "-jar", jar)).isEqualTo(expected);
    assertThat(Files.getLastModifiedTime(kept)).isEqualTo(written);
    // when
    byte[] damaged = first.clone();
    damaged[damaged.length / 2] ^= 1;
    Files.write(kept, damaged);
    // then
    assertThat(java("", flag, "-jar", jar)).isEqualTo(expected);
    assertThat(Files.readAllBytes(kept)).hasSameSizeAs(first).isNotEqualTo(damaged);
    // then: other classes for other options, the same file
    assertThat(java("=no-files", flag, "-jar", jar)).isEqualTo(expected);
    assertThat(java("", flag, "-jar", jar)).isEqualTo(expected);
  }

  @Test
  void soDoesASourceFile() throws Exception {
    assertThat(java("", folder.resolve("App.java").toString()).out()).isEqualTo(OUTPUT);
  }

  private String module(String descriptor, String body, String... options) throws IOException {
    Path descriptorFile =
        Files.writeString(
            Files.createDirectories(folder.resolve("m")).resolve("module-info.java"), descriptor);
    Path source =
        Files.writeString(
            folder.resolve("m/Main.java"),
            "package p; class Main { public static void main(String[] args) throws Exception { "
                + body
                + " } }");
    Path output = folder.resolve("modules");
    List<String> arguments =
        new ArrayList<>(
            List.of("-d", output.toString(), descriptorFile.toString(), source.toString()));
    arguments.addAll(0, List.of(options));
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(status).isZero();
    return output.toString();
  }

  @Test
  void soDoesAModule() throws Exception {
    String path =
        module(
            "module my.program {}",
            """
            Thread.startVirtualThread(() -> System.out.print(Main.class.getModule() + " ")).join();
            System.out.println(Thread.currentThread().isVirtual() + String.join(",", args));
            """);

    assertThat(java("", "-p", path, "-m", "my.program/p.Main", " a", "b"))
        .isEqualTo(new Ended(0, "module my.program true a,b\n", ""));
  }

  @Test
  void soDoesAModuleThatUsesLoomletFromTheModulePath() throws Exception {
    String core = System.getProperty("loomlet.core");
    String path =
        module(
            "module my.program { requires dev.loomlet; }",
            """
            var greenlet = dev.loomlet.Loomlet.spawn("child", () -> Thread.currentThread().getName());
            System.out.println(greenlet.get() + " " + greenlet.loop() + " " + greenlet.getClass().getModule());
            """,
            "-p",
            core);

    assertThat(java("", "-p", path + File.pathSeparator + core, "-m", "my.program/p.Main"))
        .isEqualTo(new Ended(0, "child Loop[loop-main] module dev.loomlet\n", ""));
  }

  @Test
  void mainCanBeLeftWhereItIs() throws Exception {
    assertThat(java("=no-main", "-jar", jar).out()).startsWith("main false\n");
  }

  @Test
  void aMissingClassIsReportedByTheLauncher() throws Exception {
    assertThat(java("", "-cp", folder.toString(), "Nobody").err())
        .startsWith("Error: Could not find or load main class Nobody\n");
  }
}
