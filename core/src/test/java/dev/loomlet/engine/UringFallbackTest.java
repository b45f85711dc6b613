package dev.loomlet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopGroup;
import dev.loomlet.linux.Ring;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.testing.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Systems that refuse a ring. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
final class UringFallbackTest {

  /** Does some work on several loops, and says on which engine. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      try (LoopGroup _ = LoopGroup.start(3)) {
        Loomlet.run(
            () -> {
              try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
                  TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
                  TcpStream far = listener.accept()) {
                near.write(new byte[3]);
                System.out.println("read " + far.read(new byte[10]));
              }
              System.out.println("engine " + Loop.current().engine().name());
            });
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"EPERM,does not permit", "ENOSYS,needs Linux", "ENOMEM,no memory"})
  void startsOnAnotherEngineAndSaysSoInOneLine(String error, String reason) throws Exception {
    try (ChildJvm child =
        ChildJvm.start(
            List.of(),
            List.of(
                "@" + ChildJvm.home().resolve("build/jvm.args"),
                "-D" + Ring.FAIL_PROPERTY + "=" + error),
            Program.class)) {
      String output = child.rest();
      assertThat(output).contains("read 3").contains("engine epoll");
      assertThat(output.lines().filter(line -> line.contains("io_uring is not used")))
          .singleElement()
          .asString()
          .contains(reason);
      assertThat(child.exitCode()).isZero();
    }
  }

  @Test
  void refusesToStartWhenItWasAskedForAndNamesThoseThatWork() {
    System.setProperty(Ring.FAIL_PROPERTY, "EPERM");
    try {
      assertThatThrownBy(() -> Engines.byName(UringEngine.NAME))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("does not permit io_uring")
          .hasMessageContaining("; choose one of auto, epoll, nio, poll");
    } finally {
      System.clearProperty(Ring.FAIL_PROPERTY);
    }
  }
}
