package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class RunArgumentsTest {
  private static List<String> words(String line) {
    return line.isEmpty() ? List.of() : List.of(line.split(" ", -1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "P.java",
        "P.java -x --help -- @file --engine nio",
        "--engine nio P.java",
        "--engine=nio P.java 1 2",
        "-cp a:b P.java",
        "--class-path a P.java",
        "--class-path=a P.java",
        "--no-watch P.java --no-watch",
        "--no-patch P.java",
        "--no-sockets --no-names --no-watch P.java --no-files",
        "--no-stdin --no-process --no-files P.java",
        "--threads P.java --threads",
        "--threads --no-names -cp a Main",
        "-cp a Main x",
        "app.jar --no-patch",
        "-Da=b -Dc -Dd=e=f P.java -Dg=h",
        "--engine epoll -cp x -Da= @P.java @x",
        "--loops 2 --stats --no-cache P.java -- x",
        "--loops=auto P.java",
        "--policy mlfq --loops 2 P.java",
        "--policy=random:42 P.java",
        "-p mods -m a.b/c.D",
        "--module-path=mods --module a.b x y",
      })
  void quickParsingAndPicocliAgree(String line) {
    RunCommand command = new RunCommand();
    CommandLine picocli =
        new CommandLine(command).setStopAtPositional(true).setExpandAtFiles(false);

    picocli.parseArgs(words(line).toArray(String[]::new));

    assertThat(RunArguments.parse(words(line))).isEqualTo(command.arguments());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-h",
        "--help",
        "-h P.java",
        "--engine",
        "--engine nio",
        "--fly P.java",
        "-D P.java",
        "--no-watch",
        "--no-watch=1 P.java",
        "--no-patch --no-patch P.java",
        "--no-sockets --no-sockets P.java",
        "--no-sockets=1 P.java",
        "--threads --threads P.java",
        "--no-threads P.java",
        "--engine nio --engine epoll P.java",
        "--engine --help P.java",
        "--stats --stats P.java",
        "--loops 2 --loops 3 P.java",
        "--policy rr --policy rr P.java",
        "-p mods",
        "-m",
      })
  void whatNeedsAnExplanationIsLeftToPicocli(String line) {
    assertThat(RunArguments.parse(words(line))).isNull();
  }
}
