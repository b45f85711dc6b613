package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.system.OpenFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareCommandTest {
  @TempDir Path folder;

  @Test
  void enginesAreComparedByATableAPictureAndJson() throws Exception {
    // given
    assumeThat(Files.isDirectory(Path.of("/proc/self/task"))).isTrue();
    Path svg = folder.resolve("io.svg");
    Path json = folder.resolve("io.json");

    // when
    Completed run =
        InThisJvm.loomlet(
            ("compare io --connections 3,1 --engines nio,auto --seconds 0.05 --rounds 1 --svg "
                    + svg
                    + " --json "
                    + json)
                .split(" "));

    // then
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .filteredOn(line -> line.matches(" +[13] +(nio|auto) .*"))
        .hasSize(4);
    assertThat(svg).content().contains("<svg", ">nio<", ">auto<");
    assertThat(json).content().startsWith("{\"benchmark\":\"compare io\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --connections 0        | connections must be at least 1, not 0
          --connections 10,-3    | connections must be at least 1, not -3
          --connections many     | invalid value for option '--connections'
          --engines epol         | there is no engine 'epol'; choose among auto,
          --seconds 0            | seconds must be more than 0
          --rounds 0             | rounds must be at least 1, not 0
          --svg /                | / is a directory; name a file with --svg
          --json /dev/null/a     | cannot be written; name another file with --json
          """)
  void wrongUseIsOneSentence(String arguments, String sentence) {
    // when
    Completed run = InThisJvm.loomlet(("compare io " + arguments).split(" "));
    // then
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("loomlet: ").contains(sentence);
    assertThat(run.err().lines()).hasSize(1);
  }

  @Test
  void withoutATopicItSaysWhatThereIs() {
    // when
    Completed run = InThisJvm.loomlet("compare");
    // then
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("loomlet: say what to compare: 'loomlet compare io'");
  }

  @Test
  void moreConnectionsThanDescriptorsAreRefusedWithAWayOut() {
    // given
    OpenFiles limits = new OpenFiles(OptionalLong.of(4096), OptionalLong.of(4096));
    // when / then
    CompareIoCommand.requireFiles(limits, 3896);
    assertThatThrownBy(() -> CompareIoCommand.requireFiles(limits, 10_000))
        .isInstanceOfSatisfying(
            CommandFailure.class, failure -> assertThat(failure.exitCode()).isEqualTo(69))
        .hasMessage(
            "a server with 10000 connections needs 10200 open files, and the limit is 4096: raise"
                + " it with 'ulimit -n 10200', or end --connections at 3896");
  }
}
