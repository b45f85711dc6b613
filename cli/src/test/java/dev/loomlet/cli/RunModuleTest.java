package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunModuleTest {
  @TempDir Path folder;

  private String modules() throws IOException {
    Path output = folder.resolve("modules");
    Sources.compile(
        output,
        Sources.write(folder, "module-info", "module my.program {}"),
        Sources.write(
            folder,
            "p/Main",
            """
            package p;
            class Main {
              static void main(String[] args) {
                IO.println(Main.class.getModule() + " " + Thread.currentThread().getName());
                IO.println(String.join(",", args));
              }
            }
            """));
    return output.toString();
  }

  @Test
  void aModuleIsStartedWithAllThatFollowsAsItsArguments() throws IOException {
    Completed run =
        InThisJvm.loomlet("run", "-p", modules(), "-m", "my.program/p.Main", "-x", "--stats");

    assertThat(run).isEqualTo(new Completed(0, "module my.program main\n-x,--stats\n", "", null));
  }

  @Test
  void whatCannotBeStartedIsSaidInOneLine() throws IOException {
    String path = modules();

    assertThat(InThisJvm.loomlet("run", "-p", path, "-m", "my.program"))
        .isEqualTo(
            new Completed(
                1,
                "",
                "error: module my.program does not name a main class; use -m my.program/CLASS\n",
                null));
    assertThat(InThisJvm.loomlet("run", "-p", path, "-m", "my.program/p.Nobody").err())
        .isEqualTo("error: can't find main class: p.Nobody in module my.program\n");
    assertThat(InThisJvm.loomlet("run", "-p", path, "-m", "nobody/p.Main").err())
        .isEqualTo("error: can't find or resolve module nobody: Module nobody not found\n");
  }
}
