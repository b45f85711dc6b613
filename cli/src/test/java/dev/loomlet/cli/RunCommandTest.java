package dev.loomlet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunCommandTest {
  @TempDir Path folder;

  private String program(String name, String source) throws IOException {
    return Sources.write(folder, name, source);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "void main() { IO.println(\"hello\"); }",
        "void main(String[] args) { IO.println(\"hello\"); }",
        "static void main() { IO.println(\"hello\"); }",
        "class P { void main() { IO.println(\"hello\"); } }",
        "class P { protected static void main(String... args) { IO.println(\"hello\"); } }",
        "public class Other { public static void main(String[] args) { IO.println(\"hello\"); } }",
        "class Base { void main() { IO.println(\"hello\"); } } class P extends Base {}",
        "class P extends Base {} class Base { void main() { IO.println(\"hello\"); } }",
        "class P implements I {} interface I { default void main() { IO.println(\"hello\"); } }",
        "record First() {} class P { void main() { IO.println(\"hello\"); } }",
        "enum P { ONE; static void main() { IO.println(\"hello\"); } }",
        "class P { void main() { IO.println(\"no\"); }"
            + " static void main(String[] args) { IO.println(\"hello\"); } }",
        "class P { int main(String[] args) { return 1; } void main() { IO.println(\"hello\"); } }",
      })
  void everyFormOfMainIsStarted(String source) throws IOException {
    Completed run = InThisJvm.loomlet("run", program("P", source));

    assertThat(run).isEqualTo(new Completed(0, "hello\n", "", null));
  }

  @Test
  void mainIsAGreenletWhichOthersOvertake() throws IOException {
    String file =
        program(
            "Sleeps",
            """
            import static dev.loomlet.Loomlet.*;
            void main() {
              var other = spawn(() -> { IO.println("other"); sleep(1); IO.println("end"); });
              IO.println(current().name());
              sleep(0);
              IO.println("again");
              other.join();
            }
            """);

    Completed run = InThisJvm.loomlet("run", file);

    assertThat(run).isEqualTo(new Completed(0, "main\nother\nagain\nend\n", "", null));
  }

  @Test
  void threadsAreGreenletsIfAskedForAndAwaitedUnlessTheyAreDaemons() throws Exception {
    String file =
        program(
            "Threads",
            """
            void main() throws Exception {
              var pool = java.util.concurrent.Executors.newFixedThreadPool(1);
              IO.println(pool.submit(() -> Thread.currentThread().isVirtual()).get());
              pool.shutdown();
              Thread forever = new Thread(() -> java.util.concurrent.locks.LockSupport.park());
              forever.setDaemon(true);
              forever.start();
              Thread main = Thread.currentThread();
              new Thread(
                      () -> {
                        try {
                          main.join();
                        } catch (InterruptedException e) {
                          IO.println(e);
                        }
                        IO.println("last");
                      })
                  .start();
            }
            """);

    Completed run = InChildJvm.loomlet("run", "--threads", file);

    assertThat(run.out()).isEqualTo("true\nlast\n");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void withThreadsTheJdksOwnOnesStayThreads() throws Exception {
    String file =
        program(
            "Services",
            """
            import com.sun.net.httpserver.*;
            import java.net.*;
            import java.net.http.*;
            import java.util.*;
            void main() throws Exception {
              var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
              server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
              });
              server.start();
              try (var client = HttpClient.newHttpClient()) {
                var port = server.getAddress().getPort();
                var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port)).build();
                IO.println(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
                IO.println(
                    Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(each -> each.getName().endsWith("SelectorManager")));
              }
              server.stop(0);
              var ended = new ArrayList<Boolean>();
              List.of(new Thread(() -> ended.add(Thread.currentThread().isVirtual())))
                  .forEach(Thread::start);
              Thread.sleep(1);
              IO.println(ended);
            }
            """);

    Completed run = InChildJvm.loomlet("run", "--threads", "--no-watch", file);

    assertThat(run.out()).isEqualTo("200\ntrue\n[true]\n");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void greenletsThatAreLeftAreCancelledWhenMainEnds() throws IOException {
    String file =
        program(
            "Leaves",
            """
            import static dev.loomlet.Loomlet.*;
            void main() {
              spawn(() -> { try { sleep(60_000); } finally { IO.println("cancelled"); } });
              sleep(1);
            }
            """);

    Completed run = InThisJvm.loomlet("run", file);

    assertThat(run).isEqualTo(new Completed(0, "cancelled\n", "", null));
  }

  @Test
  void argumentsArriveUntouched() throws IOException {
    String file =
        program(
            "Args",
            "void main(String[] args) { for (var a : args) IO.println(\"[\" + a + \"]\"); }");

    Completed run =
        InThisJvm.loomlet(
            "run", file, "-x", "--help", "--", "@file", "\"q q\"", "", "--engine", "none", "-Da=b");

    assertThat(run.out().lines())
        .containsExactly(
            "[-x]",
            "[--help]",
            "[--]",
            "[@file]",
            "[\"q q\"]",
            "[]",
            "[--engine]",
            "[none]",
            "[-Da=b]");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void optionsInFrontOfTheFileAreOurs() throws IOException {
    String file =
        program(
            "Props",
            """
            import dev.loomlet.Loop;
            void main() {
              IO.println(System.getProperty("some.key") + Loop.current().engine().getClass().getSimpleName());
            }
            """);

    Completed run = InThisJvm.loomlet("run", "--engine", "nio", "-Dsome.key=value", file);

    assertThat(run).isEqualTo(new Completed(0, "valueNioEngine\n", "", null));
  }

  @Test
  void classesInFilesBesideItAreFound() throws IOException {
    program(
        "util/Helper",
        "package util; public class Helper { public static int two() { return 2; } }");
    program("Named", "class Named { static int three() { return 3; } }");
    String file =
        program(
            "Main",
            """
            void main() throws Exception {
              IO.println(util.Helper.two());
              // Only by name: compiled when it is asked for.
              IO.println(Class.forName("Named").getDeclaredMethod("three").invoke(null));
            }
            """);

    Completed run = InThisJvm.loomlet("run", file);

    assertThat(run).isEqualTo(new Completed(0, "2\n3\n", "", null));
  }

  @Test
  void aPackageBeginsAtTheSourceRoot() throws IOException {
    program(
        "a/b/Helper", "package a.b; class Helper { static String word() { return \"found\"; } }");
    String file =
        program(
            "a/b/Main", "package a.b; class Main { void main() { IO.println(Helper.word()); } }");

    assertThat(InThisJvm.loomlet("run", file)).isEqualTo(new Completed(0, "found\n", "", null));
  }

  @Test
  void aPackageInAnotherFolderIsAnError() throws IOException {
    String file = program("Main", "package a.b; class Main { void main() {} }");

    assertThat(InThisJvm.loomlet("run", file))
        .isEqualTo(
            new Completed(
                1,
                "",
                "error: end of path to source file does not match its package name a.b: "
                    + file
                    + "\n",
                null));
  }

  @Test
  void librariesAreFoundByTheClassPath() throws IOException {
    String library =
        program(
            "lib/greet/Greeter",
            "package greet; public class Greeter { public String toString() { return \"hi\"; } }");
    Path classes = Files.createDirectory(folder.resolve("classes"));
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", classes.toString(), library);
    String file = program("UsesLibrary", "void main() { IO.println(new greet.Greeter()); }");

    assertThat(compiled).isZero();
    assertThat(InThisJvm.loomlet("run", "-cp", classes.toString(), file))
        .isEqualTo(new Completed(0, "hi\n", "", null));
    assertThat(InThisJvm.loomlet("run", file).exitCode()).isEqualTo(1);
  }

  @Test
  void aClassOfTheClassPathIsStarted() throws Exception {
    Path classes = compiled("app.Main", "throw new IllegalStateException(\"no\")");

    Completed run = InThisJvm.loomlet("run", "-cp", classes.toString(), "app.Main");

    assertThat(run.uncaught()).hasMessage("no");
    assertThat(InThisJvm.loomlet("run", "-cp", classes.toString(), "app.None").err())
        .startsWith("error: can't find or load main class: app.None");
  }

  @Test
  void aJarIsStartedAndItsBlockingCodeIsCooperative() throws Exception {
    // given: code that knows nothing of Loomlet
    Path classes =
        compiled(
            "app.Main",
            """
            Process child = new ProcessBuilder("sh", "-c", "read x; echo $x").start();
            Thread.ofVirtual().start(() -> {
              try { Thread.sleep(5); child.outputWriter().append(args[0] + "\\n").flush(); }
              catch (Exception e) { e.printStackTrace(); }
            });
            System.out.println(child.inputReader().readLine());
            """);
    Path jar = folder.resolve("app.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Main-Class", "app.Main");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.putNextEntry(new ZipEntry("app/Main.class"));
      out.write(Files.readAllBytes(classes.resolve("app/Main.class")));
    }
    // when: the reader would wait for ever if it kept the writer from its turn
    Completed run = InChildJvm.loomlet("run", jar.toString(), "word");
    // then
    assertThat(run).isEqualTo(new Completed(0, "word\n", "", null));
    assertThat(InThisJvm.loomlet("run", "none.jar"))
        .isEqualTo(new Completed(2, "", "loomlet: there is no file none.jar\n", null));
  }

  /** Compiles a class with a {@code main} of these statements; returns the class path. */
  private Path compiled(String name, String statements) throws IOException {
    int dot = name.lastIndexOf('.');
    Path source = folder.resolve(name.substring(dot + 1) + ".java");
    Files.writeString(
        source,
        "package %s; public class %s { public static void main(String[] args) throws Exception { %s; } }"
            .formatted(name.substring(0, dot), name.substring(dot + 1), statements));
    Path classes = folder.resolve("classes");
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", classes.toString(), source.toString());
    assertThat(result).isZero();
    return classes;
  }

  @Test
  void aHashBangLineIsAllowed() throws IOException {
    String file =
        program("Script", "#!/usr/bin/env -S loomlet run\nvoid main() { IO.println(1); }\n");

    assertThat(InThisJvm.loomlet("run", file)).isEqualTo(new Completed(0, "1\n", "", null));
  }

  @Test
  void compileErrorsLookAsThoseOfJava() throws Exception {
    String file =
        program("Wrong", "import java.util.*;\nvoid main() {\n  int x = \"a\";\n  missing();\n}\n");

    Completed run = InThisJvm.loomlet("run", file);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualTo(java(file).err())
        .endsWith("2 errors\nerror: compilation failed\n");
  }

  @Test
  void warningsLookAsThoseOfJava() throws Exception {
    String file =
        program("Warns", "void main() { List l = new ArrayList(); l.add(1); IO.println(l); }\n");

    Completed run = InThisJvm.loomlet("run", file);

    assertThat(run.err()).isEqualTo(java(file).err()).contains("[unchecked]");
    assertThat(run.out()).isEqualTo("[1]\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "class P { }",
        "// nothing",
        "class P { P(int i) { } void main() { } }",
        "abstract class P { void main() { } }",
        "class A { } class B { }",
        "class P { private void main() { } }",
      })
  void whatCannotBeStartedIsReportedAsByJava(String source) throws Exception {
    String file = program("P", source);

    Completed run = InThisJvm.loomlet("run", file);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEqualTo(java(file).err()).startsWith("error: ");
  }

  @Test
  void anUncaughtExceptionIsReportedByTheJvmWithoutOurFrames() throws Exception {
    String file =
        program(
            "Boom",
            """
            class Boom {
              static void inner() { throw new IllegalStateException("inner"); }
              public static void main(String[] args) {
                try {
                  inner();
                } catch (Exception e) {
                  throw new RuntimeException("outer", e);
                }
              }
            }
            """);

    Completed run = InChildJvm.loomlet("run", file);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            """
            Exception in thread "main" java.lang.RuntimeException: outer
            \tat Boom.main(Boom.java:7)
            Caused by: java.lang.IllegalStateException: inner
            \tat Boom.inner(Boom.java:2)
            \tat Boom.main(Boom.java:5)
            """);
  }

  @Test
  void aCheckedExceptionOfAnInstanceMainIsNotWrapped() throws IOException {
    String file =
        program(
            "Checked", "void main() throws Exception { throw new java.io.IOException(\"x\"); }");

    Completed run = InThisJvm.loomlet("run", file);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.uncaught()).isExactlyInstanceOf(IOException.class).hasMessage("x");
    assertThat(run.uncaught().getStackTrace()).hasSize(1);
  }

  @Test
  void theProgramMayChooseTheExitCode() throws Exception {
    String file = program("Exits", "void main() { System.exit(42); }");

    assertThat(InChildJvm.loomlet("run", file)).isEqualTo(new Completed(42, "", "", null));
  }

  @Test
  void threadsOfTheProgramKeepTheJvmAlive() throws Exception {
    String file =
        program(
            "Outlives",
            """
            void main() {
              Thread main = Thread.currentThread();
              // A thread that a virtual thread starts would be a daemon without this.
              Thread.ofPlatform().daemon(false).start(() -> {
                try { main.join(); } catch (InterruptedException e) { throw new AssertionError(e); }
                IO.println("still here");
              });
            }
            """);

    assertThat(InChildJvm.loomlet("run", file))
        .isEqualTo(new Completed(0, "still here\n", "", null));
  }

  @Test
  void aClosedOutputMakesNoNoise() throws Exception {
    String file =
        program(
            "Talks",
            "void main() { for (int i = 0; i < 100_000; i++) IO.println(\"line \" + i); }");
    Process process =
        new ProcessBuilder(InChildJvm.command(InChildJvm.projectHome(), "run", file)).start();
    process.getInputStream().read();
    process.getInputStream().close();

    assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8)).isEmpty();
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void aLoopInsideMainIsRefusedWithTheReason() throws IOException {
    String file =
        program(
            "Nested",
            "import dev.loomlet.Loomlet;\n"
                + "void main() throws Exception { Loomlet.run(() -> { }); }");

    assertThat(InThisJvm.loomlet("run", file).uncaught())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("call the code itself");
  }

  @Test
  void aFileThatCannotBeRunIsWrongUse() throws IOException {
    String missing = folder.resolve("Missing.java").toString();
    Path notJava = Files.writeString(folder.resolve("notes.txt"), "");

    assertThat(InThisJvm.loomlet("run", missing))
        .isEqualTo(new Completed(2, "", "loomlet: there is no file " + missing + "\n", null));
    assertThat(InThisJvm.loomlet("run", folder.toString()))
        .isEqualTo(
            new Completed(
                2,
                "",
                "loomlet: " + folder + " is a directory; name a file that ends in .java\n",
                null));
    assertThat(InThisJvm.loomlet("run", notJava.toString()))
        .isEqualTo(
            new Completed(
                2,
                "",
                "loomlet: " + notJava + " is not a Java source: its name must end in .java\n",
                null));
  }

  @Test
  void anUnknownEngineIsWrongUse() throws IOException {
    Completed run = InThisJvm.loomlet("run", "--engine", "steam", program("P", "void main() { }"));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("loomlet: there is no engine 'steam'; choose one of auto,");
    assertThat(run.err().lines()).hasSize(1);
  }

  private static Completed java(String file) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(java.toString(), InChildJvm.QUICKER_COMPILER, file).start();
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Completed(process.waitFor(), out, err, null);
  }
}
