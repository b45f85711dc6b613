package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs that the documentation shows do what it says. */
class ReadmeTest {
  private static final Pattern JAVA = Pattern.compile("(?s)```java\n(.*?)```");

  @TempDir Path folder;

  private static String firstProgramOf(String document) throws IOException {
    return programOf(document, 1);
  }

  private static String programOf(String document, int number) throws IOException {
    Matcher block = JAVA.matcher(Files.readString(Example.home().resolve(document)));
    for (int i = 1; i <= number; i++) {
      assertThat(block.find()).as("java block " + i + " in " + document).isTrue();
    }
    return block.group(1);
  }

  @Test
  void theServerOfTheReadmeShouts() throws Exception {
    // given: the program as it stands there, but on a free port
    Path file = folder.resolve("Shout.java");
    Files.writeString(file, firstProgramOf("README.md").replace("8080", "0"));

    try (Example server = Example.startFile(file);
        Socket first = new Socket(InetAddress.getLoopbackAddress(), server.port());
        Socket second = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      // when: two clients at once
      first.setSoTimeout(30_000);
      second.setSoTimeout(30_000);
      second.getOutputStream().write("second\n".getBytes(StandardCharsets.UTF_8));
      first.getOutputStream().write("first\n".getBytes(StandardCharsets.UTF_8));

      // then
      assertThat(new String(first.getInputStream().readNBytes(6))).isEqualTo("FIRST\n");
      assertThat(new String(second.getInputStream().readNBytes(7))).isEqualTo("SECOND\n");
    }
  }

  @Test
  void theProgramOfTheLibraryPageRunsWithPlainJava() throws Exception {
    // given
    Path file = folder.resolve("Two.java");
    Files.writeString(file, firstProgramOf("docs/library.md").replace("000)", "0)"));

    // when: the JDK's own launcher, with the flags that the page names
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens",
                "java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                Example.home().resolve("cli/target/app/loomlet-core.jar").toString(),
                file.toString())
            .redirectErrorStream(true)
            .start();

    // then
    assertThat(new String(process.getInputStream().readAllBytes())).isEqualTo("two three\n");
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void theLimitsOfTheLibraryPageCutShort() throws Exception {
    // given
    Path file = folder.resolve("Limits.java");
    Files.writeString(file, programOf("docs/library.md", 2));

    // when
    Example.Ended ended = Example.runFile(file);

    // then
    assertThat(ended.out().lines()).containsExactly("in time: false", "broken");
    assertThat(ended.exitCode()).isZero();
  }

  @Test
  void theProgramsOfTheSocketsPagePrintWhatTheyReceive() throws Exception {
    List<String> expected = List.of("PING", "welcome", "serve this");
    for (int i = 0; i < expected.size(); i++) {
      // given
      Path file = folder.resolve("Socket" + i + ".java");
      Files.writeString(file, programOf("docs/sockets.md", i + 1));

      // when
      Example.Ended ended = Example.runFile(file);

      // then
      assertThat(ended.out().lines()).containsExactly(expected.get(i));
      assertThat(ended.err()).isEmpty();
      assertThat(ended.exitCode()).isZero();
    }
  }

  @Test
  void theProgramsOfTheFilesPagePrintWhatTheyRead() throws Exception {
    List<List<String>> expected = List.of(List.of("Jello file"), List.of("3 hello oops", "a b "));
    for (int i = 0; i < expected.size(); i++) {
      // given
      Path file = folder.resolve("Files" + i + ".java");
      Files.writeString(file, programOf("docs/files.md", i + 1));

      // when
      Example.Ended ended = Example.runFile(file);

      // then
      assertThat(ended.out().lines()).containsExactlyElementsOf(expected.get(i));
      assertThat(ended.err()).isEmpty();
      assertThat(ended.exitCode()).isZero();
    }
  }
}
