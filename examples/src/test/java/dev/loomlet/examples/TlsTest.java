package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of TLS, and the programs of docs/tls.md. */
class TlsTest {
  private static final Pattern JAVA = Pattern.compile("(?s)```java\n(.*?)```");

  @TempDir Path folder;

  /** A program of the page, in a file, with the certificates of the tests. */
  private Path program(int number, int port) throws IOException {
    Matcher block = JAVA.matcher(Files.readString(Example.home().resolve("docs/tls.md")));
    for (int i = 1; i <= number; i++) {
      assertThat(block.find()).as("java block " + i).isTrue();
    }
    String certificates = Example.home().resolve("core/src/test/resources/tls").toString();
    Path file = folder.resolve("Program" + number + ".java");
    Files.writeString(
        file,
        block
            .group(1)
            .replace("Path.of(", "Path.of(\"" + certificates + "\", ")
            .replace("8443", Integer.toString(port)));
    return file;
  }

  private String outputOf(int number) throws Exception {
    try (Example example = Example.startFile(program(number, 0))) {
      Ended ended = example.end();
      assertThat(ended.err()).isEmpty();
      return ended.out();
    }
  }

  @Test
  void theClientOfThePageIsServedByTheServerOfThePage() throws Exception {
    try (Example server = Example.startFile(program(1, 0));
        Example client = Example.startFile(program(2, server.port()))) {
      assertThat(client.end().out()).isEqualTo("HELLO by TLSv1.3\n");
    }
  }

  @Test
  void theOtherProgramsOfThePageDoWhatItSays() throws Exception {
    assertThat(outputOf(3)).isEqualTo("220 go ahead\nthe server got MAIL FROM:<me>\n");
    assertThat(outputOf(4)).isEqualTo("hello, CN=a client\n");
    String page = Files.readString(Example.home().resolve("docs/tls.md"));
    assertThat(page).contains("prints\n\n```\n" + outputOf(5) + "```\n");
  }

  @Test
  void theExampleTalksAndRefuses() throws Exception {
    try (Example example = Example.start("TlsEcho")) {
      assertThat(example.end().out().lines())
          .startsWith("HELLO 1 by TLSv1.3, upper", "HELLO 2 by TLSv1.3, upper")
          .element(2)
          .asString()
          .startsWith("refused: the certificate of localhost is signed by itself (CN=localhost)");
    }
  }
}
