package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  private static final String ECHO =
      """
      /// Upper-casing server.
      import dev.loomlet.net.*;
      void serve(SocketStream stream) throws IOException {
        byte[] buffer = new byte[4096];
        for (int n; (n = stream.read(buffer)) >= 0; ) {
          stream.write(answer(buffer, n));
        }
      }
      byte[] answer(byte[] bytes, int n) {
        return %s;
      }
      void main(String[] args) throws IOException {
        var server = StreamServer.builder(this::serve).bind("127.0.0.1", Integer.parseInt(args[0])).start();
        IO.println("listening on " + server.address());
        server.join();
      }
      """;

  private static final String RIGHT = "new String(bytes, 0, n).toUpperCase().getBytes()";
  private static final String WRONG_NOW_AND_THEN =
      "new String(bytes, 0, n).toUpperCase().replace(\"0000042\", \"0000043\").getBytes()";

  @TempDir Path home;

  @BeforeEach
  void prepare() throws IOException {
    Files.createDirectories(home.resolve("examples"));
    Files.createDirectories(home.resolve("build"));
    String flags = Files.readString(InChildJvm.projectHome().resolve("build/jvm.args"));
    Files.writeString(home.resolve("build/jvm.args"), flags + InChildJvm.QUICKER_COMPILER + "\n");
    example(
        "T1Threads",
        "/// Threads in two ways.\n"
            + "///\n"
            + "/// More.\n\n"
            + "void main(String[] a) { IO.println(List.of(a)); }");
    example("C10EchoServer", ECHO.formatted(RIGHT));
    example("C10Clients", "/// Clients.\nvoid main() { }");
  }

  private void example(String name, String source) throws IOException {
    Files.writeString(home.resolve("examples").resolve(name + ".java"), source);
  }

  private Completed demo(String... args) {
    String before = System.getProperty("loomlet.home");
    System.setProperty("loomlet.home", home.toString());
    try {
      String[] all = new String[args.length + 1];
      all[0] = "demo";
      System.arraycopy(args, 0, all, 1, args.length);
      return InThisJvm.loomlet(all);
    } finally {
      System.setProperty("loomlet.home", before);
    }
  }

  @Test
  void theListHasARowForEachExample() {
    Completed run = demo("--list");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines())
        .hasSize(3)
        .first()
        .asString()
        .matches("T1 +T1Threads +Threads in two ways");
  }

  @Test
  void aRowRunsItsExampleWithTheArguments() {
    assertThat(demo("t1", "0.1", "--list"))
        .isEqualTo(new Completed(0, "[0.1, --list]\n", "", null));
  }

  @Test
  void anUnknownRowNamesTheNearest() {
    Completed run = demo("T2");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("loomlet: there is no example 'T2'; nearest are T1");
    assertThat(run.err().lines()).hasSize(1);
  }

  @Test
  void aPairIsListed() {
    Completed run = demo("C10");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("C10Clients, C10EchoServer");
  }

  @Test
  void optionsOfTheShowDoNotGoWithARow() {
    assertThat(demo("--clients", "5", "T1").exitCode()).isEqualTo(2);
  }

  @Test
  void theShowChecksEveryReplyAndDrawsAChart() throws Exception {
    Completed run = InChildJvm.loomlet(home, home, "demo", "--clients", "20", "--seconds", "0.5");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("thread per connection", "JDK virtual threads", "Loomlet", "requests/s");
    assertThat(home.resolve("loomlet-demo.svg")).content().startsWith("<svg").contains("Loomlet");
  }

  @Test
  void theShowFailsWhenAReplyIsWrong() throws Exception {
    example("C10EchoServer", ECHO.formatted(WRONG_NOW_AND_THEN));

    Completed run = InChildJvm.loomlet(home, home, "demo", "--clients", "5", "--seconds", "0.5");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("Loomlet, first problem: client").contains("got a wrong reply");
  }

  @Test
  void theShowFailsInOneSentenceWhenAServerDoesNotStart() throws Exception {
    example("C10EchoServer", "void main() { System.err.println(\"no port\"); System.exit(3); }");

    Completed run = InChildJvm.loomlet(home, home, "demo", "--clients", "5", "--seconds", "0.5");

    assertThat(run.exitCode()).isEqualTo(69);
    assertThat(run.err())
        .startsWith("loomlet: Loomlet ended before it listened")
        .contains("no port");
  }

  @Test
  void aFileThatIsNoChartOfOursIsKept() throws Exception {
    Path precious = Files.writeString(home.resolve("precious.svg"), "<svg>mine</svg>");

    Completed run = demo("--clients", "5", "--chart", precious.toString());

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("is no chart of this command");
    assertThat(precious).hasContent("<svg>mine</svg>");
  }
}
