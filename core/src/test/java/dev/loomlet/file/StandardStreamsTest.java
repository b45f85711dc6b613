package dev.loomlet.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.engine.Engines;
import dev.loomlet.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** In a program of its own, which reads a line on each engine, one after the other. */
@Timeout(120)
final class StandardStreamsTest {
  @TempDir Path directory;

  /** The one that reads ahead comes last. */
  static List<String> engines() {
    return Engines.all().stream()
        .filter(Engines.Info::isAvailable)
        .map(Engines.Info::name)
        .sorted(Comparator.comparing("nio"::equals))
        .toList();
  }

  private static ChildJvm start(String shell) {
    Path flags = ChildJvm.home().resolve("build/jvm.args");
    return ChildJvm.start(
        List.of("sh", "-c", shell, "sh"), List.of("@" + flags), StandardStreamsProgram.class);
  }

  private static void converse(ChildJvm child, String suffix) throws IOException {
    for (String engine : engines()) {
      child.lineAfter("ready " + engine);
      child.send("hello " + engine);
      assertThat(child.lineAfter("got ").strip()).isEqualTo("hello " + engine + suffix);
    }
  }

  @Test
  void aPipeIsWaitedForAndLeftAsItWas() throws Exception {
    try (ChildJvm child = start("\"$@\"; grep flags /proc/self/fdinfo/0")) {
      converse(child, "");
      String flags = child.lineAfter("flags:").strip();
      assertThat(Integer.parseInt(flags, 8) & 04000).as("O_NONBLOCK in " + flags).isZero();
    }
  }

  @Test
  void aTerminalIsWaitedForAndLeftAsItWas() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/script")), "no script(1) to make a terminal");
    try (ChildJvm child =
        start("exec script -qefc \"$*; grep flags /proc/self/fdinfo/0\" /dev/null")) {
      converse(child, " from a terminal");
      String flags = child.lineAfter("flags:").strip();
      assertThat(Integer.parseInt(flags, 8) & 04000).as("O_NONBLOCK in " + flags).isZero();
    }
  }

  @Test
  void aFileIsReadOnFromWhereTheShellHasCome() throws Exception {
    StringBuilder lines = new StringBuilder("for the shell\n");
    engines().forEach(each -> lines.append("hello ").append(each).append('\n'));
    Path file = Files.writeString(directory.resolve("input"), lines);
    try (ChildJvm child = start("{ read line; echo shell has $line; \"$@\"; } < '" + file + "'")) {
      assertThat(child.lineAfter("shell has ")).isEqualTo("for the shell");
      for (String engine : engines()) {
        assertThat(child.lineAfter("got ")).isEqualTo("hello " + engine);
      }
    }
  }

  @Test
  void aSocketIsWaitedForToo() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/socat")), "no socat(1) to make a socket");
    Path script = directory.resolve("program");
    try (ChildJvm child =
        start(
            "{ echo '#!/bin/sh'; echo \"exec $*\"; } > '"
                + script
                + "'; chmod +x '"
                + script
                + "'; exec socat - EXEC:'"
                + script
                + "'")) {
      for (String engine : engines()) {
        child.lineAfter("ready " + engine);
        child.send("hello " + engine);
        assertThat(child.lineAfter("got ")).isEqualTo("hello " + engine);
      }
    }
  }
}
