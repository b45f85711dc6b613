package dev.loomlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Greenlets in the JDK's own tools. */
@Timeout(60)
final class ThreadDumpTest {
  @TempDir Path folder;

  /** A loop with one greenlet that waits and one that runs. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      Loomlet.run(
          () -> {
            Loomlet.spawn("patient", Program::waitForLong);
            Loomlet.spawn(
                "busy",
                () -> {
                  System.out.println("ready");
                  spin();
                });
            Loomlet.sleep(java.time.Duration.ofDays(1));
          });
    }

    private static void waitForLong() {
      Loomlet.sleep(java.time.Duration.ofDays(1));
    }

    @SuppressWarnings("InfiniteLoopStatement")
    private static void spin() {
      while (true) {
        Thread.onSpinWait();
      }
    }
  }

  private static String tool(String name, String... arguments) throws Exception {
    Path path = Path.of(System.getProperty("java.home"), "bin", name);
    String[] command = new String[arguments.length + 1];
    command[0] = path.toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  @Test
  void showGreenletsOfALoopWithTheirStacks() throws Exception {
    try (ChildJvm child = ChildJvm.start(Program.class)) {
      // given
      child.lineAfter("ready");
      Path dump = folder.resolve("dump.txt");

      // when
      tool("jcmd", Long.toString(child.pid()), "Thread.dump_to_file", dump.toString());

      // then: those that wait, with stacks, in a full dump
      String text = Files.readString(dump);
      assertThat(text).contains("\"patient\" virtual").contains("Program.waitForLong");
      assertThat(text).contains("\"main\" virtual").contains("\"busy\" virtual");

      // then: the running one in jstack, on its loop's thread
      assertThat(tool("jstack", Long.toString(child.pid()))).contains("Program.spin");
    }
  }
}
