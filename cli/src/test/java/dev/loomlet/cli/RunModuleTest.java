package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
  void aModuleMayRequireLoomletItself() throws IOException {
    // given a program, and a library that has it from there
    Path library = folder.resolve("modules/my.library");
    Path program = folder.resolve("modules/my.program");
    Sources.compileAgainstLoomlet(
        library,
        List.of(),
        Sources.write(
            folder,
            "library/module-info",
            "module my.library { requires transitive dev.loomlet; exports l; }"),
        Sources.write(
            folder,
            "library/l/Names",
            """
            package l;
            import dev.loomlet.*;
            public class Names {
              public static String of(Greenlet<?> greenlet) {
                return greenlet.name() + " of " + Loop.current().name();
              }
            }
            """));
    Sources.compileAgainstLoomlet(
        program,
        List.of(library),
        Sources.write(
            folder,
            "program/module-info",
            """
            module my.program {
              requires my.library;
              requires dev.loomlet.agent;
              uses dev.loomlet.net.NameResolver;
            }
            """),
        Sources.write(
            folder,
            "program/p/Main",
            """
            package p;
            import static dev.loomlet.Loomlet.*;
            class Main {
              static void main() throws Exception {
                var greenlet = spawn("child", () -> { sleep(1); return "slept"; });
                IO.println(l.Names.of(greenlet) + " " + greenlet.get());
                IO.println(dev.loomlet.agent.Patch.report().topics().size() > 3);
                IO.println(Main.class.getModule() + " " + l.Names.class.getModule());
              }
            }
            """));

    Completed run =
        InThisJvm.loomlet(
            "run", "-p", folder.resolve("modules").toString(), "-m", "my.program/p.Main");

    assertThat(run)
        .isEqualTo(
            new Completed(
                0,
                "child of loop-main slept\ntrue\nmodule my.program module my.library\n",
                "",
                null));
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
    assertThat(InThisJvm.loomlet("run", "-p", path, "-m", "dev.loomlet/p.Main").err())
        .isEqualTo(
            "error: module dev.loomlet is one of the JDK or of Loomlet; loomlet run starts modules"
                + " of -p\n");
  }
}
