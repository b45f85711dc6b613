package dev.loomlet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ServerProcessTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  @BeforeEach
  void needsAShell() {
    assumeThat(Files.isExecutable(Path.of("/bin/sh"))).isTrue();
  }

  private static List<String> shell(String script) {
    return List.of("/bin/sh", "-c", script);
  }

  @Test
  void thePortIsTakenFromTheAnnouncement() throws Exception {
    String script = "echo starting; echo listening on 127.0.0.1:4711; exec sleep 100";

    long pid;
    try (ServerProcess server = ServerProcess.start("fake", shell(script), TIMEOUT)) {
      pid = server.pid();
      assertThat(server.port()).isEqualTo(4711);
      assertThat(server.name()).isEqualTo("fake");
      assertThat(ProcessHandle.of(pid)).isPresent();
    }

    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void whoEndsBeforeItListensSaysWhy() {
    String script = "echo no such luck >&2; exit 3";

    assertThatThrownBy(() -> ServerProcess.start("fake", shell(script), TIMEOUT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("fake ended")
        .hasMessageContaining("no such luck");
  }

  @Test
  void whoTakesTooLongIsEnded() {
    String script = "echo still thinking >&2; exec sleep 100";

    assertThatThrownBy(() -> ServerProcess.start("fake", shell(script), Duration.ofMillis(300)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("did not listen")
        .hasMessageContaining("still thinking");
  }

  @Test
  void whoDoesNotWantToEndIsKilled() throws Exception {
    String script = "trap '' TERM; echo listening on [::1]:1; while :; do sleep 1; done";
    ServerProcess server = ServerProcess.start("stubborn", shell(script), TIMEOUT);

    server.close();

    assertThat(ProcessHandle.of(server.pid()).filter(ProcessHandle::isAlive)).isEmpty();
  }
}
