package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loomlet.process.ProcessOptions.Stream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProcessReportTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** Not the one of the path: that may be where only this user can enter. */
  private static final String PYTHON = "/usr/bin/python3";

  private static final ProcessOptions QUIET = ProcessOptions.defaults().withErrors(Stream.DISCARD);

  private static void forever() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  private static ProcessReport of(long pid) throws IOException {
    return ProcessReport.all(LONG).stream()
        .filter(each -> each.pid() == pid)
        .findFirst()
        .orElse(new ProcessReport(pid, null));
  }

  private static String awaitState(long pid) {
    return Objects.requireNonNull(
        await().atMost(LONG).until(() -> of(pid).state(), state -> state != null));
  }

  private static Path socketOf(long pid) throws IOException {
    for (ControlFolder.Entry each : ControlFolder.entries()) {
      if (each.pid() == pid) {
        return each.socket();
      }
    }
    throw new AssertionError("no socket");
  }

  /** Each of its threads, which stop one by one; the last ones may still answer. */
  private static boolean isStopped(long pid) throws IOException {
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
      for (Path each : threads) {
        if (!Files.readString(each.resolve("status")).contains("\nState:\tT")) {
          return false;
        }
      }
    }
    return true;
  }

  @Test
  @Timeout(60)
  void oneThatIsStoppedIsListedWithoutAStateAndNotWaitedFor() throws Exception {
    try (JavaProcess child = JavaProcess.start(QUIET, ProcessReportTest::forever)) {
      // given
      awaitState(child.pid());
      new ProcessBuilder("kill", "-STOP", Long.toString(child.pid())).start().waitFor();
      await().atMost(LONG).until(() -> isStopped(child.pid()));

      // when
      List<ProcessReport> all = ProcessReport.all(Duration.ofHours(1));

      // then
      assertThat(all).contains(new ProcessReport(child.pid(), null));
    }
  }

  @Test
  void aProcessTellsItsLoopsPoolsAndQueues() throws Exception {
    ProcessReport.announce("tests");
    long self = ProcessHandle.current().pid();
    try (SharedQueue queue = SharedQueue.create(7, 10);
        ProcessPool pool = new ProcessPool(PoolOptions.of(1).withProcess(QUIET.withName("look")))) {
      queue.put(new byte[1]);
      long worker = pool.submit(() -> ProcessHandle.current().pid()).get();

      assertThat(awaitState(self))
          .contains("\"pid\":" + self, "\"name\":\"tests\"")
          .contains("{\"name\":\"look\",\"thread\":\"loomlet-look\"")
          .contains("\"size\":1,\"ready\":1,\"waiting\":0,\"given\":0,\"submitted\":1")
          .contains("\"pid\":" + worker)
          .contains("\"filled\":1", "\"capacity\":7");
      assertThat(awaitState(worker)).contains("\"parent\":" + self, "\"name\":\"look\"");
    }
  }

  @Test
  void aSocketWhoseProcessIsGoneIsRemoved() throws Exception {
    // given
    Path socket;
    try (JavaProcess child = JavaProcess.start(QUIET, ProcessReportTest::forever)) {
      awaitState(child.pid());
      socket = socketOf(child.pid());
      child.kill();
      child.join();
      assertThat(ProcessReport.all(LONG)).noneMatch(each -> each.pid() == child.pid());
    }

    // then
    assertThat(socket).doesNotExist();
  }

  @Test
  void theSocketIsRemovedAtAnOrderlyEnd() throws Exception {
    Path socket;
    try (JavaProcess child = JavaProcess.start(QUIET, ProcessReportTest::forever)) {
      awaitState(child.pid());
      socket = socketOf(child.pid());
      child.terminate();
      child.join();
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void onlyItsUserCanReachTheSocket() throws Exception {
    try (JavaProcess child = JavaProcess.start(QUIET, ProcessReportTest::forever)) {
      awaitState(child.pid());
      Path socket = socketOf(child.pid());
      assertThat(modeOf(socket)).isEqualTo("rw-------");
      assertThat(modeOf(Objects.requireNonNull(socket.getParent()))).isEqualTo("rwx------");
    }
  }

  /** What somebody who is nobody reads from a socket: how many bytes, or the error. */
  private static String askedByNobody(Path socket) throws Exception {
    String client =
        "import socket, sys\n"
            + "s = socket.socket(socket.AF_UNIX)\n"
            + "try:\n"
            + "    s.connect(sys.argv[1])\n"
            + "    print(len(s.recv(65536)))\n"
            + "except OSError as e:\n"
            + "    print(type(e).__name__)\n";
    Process process =
        new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                PYTHON,
                "-c",
                client,
                socket.toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text.strip();
  }

  private static boolean has(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  @Test
  void anotherUserIsToldNothingEvenIfHeGetsThrough() throws Exception {
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "only root can be another user");
    Assumptions.assumeTrue(has("setpriv", "--version"), "setpriv (util-linux) is missing");
    Assumptions.assumeTrue(has(PYTHON, "--version"), PYTHON + " is missing");
    try (JavaProcess child = JavaProcess.start(QUIET, ProcessReportTest::forever)) {
      awaitState(child.pid());
      Path socket = socketOf(child.pid());
      Path folder = Objects.requireNonNull(socket.getParent());
      assertThat(askedByNobody(socket)).isEqualTo("PermissionError");

      // when: neither the folder nor the socket keeps him out
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
      String answer;
      try {
        answer = askedByNobody(socket);
      } finally {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      }

      // then
      assertThat(answer).isEqualTo("0");
      assertThat(awaitState(child.pid())).contains("\"pid\":" + child.pid());
    }
  }

  private static String modeOf(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void whoeverConnectsAndDoesNothingOrTalksNonsenseDoesNoHarm() throws Exception {
    try (JavaProcess child = JavaProcess.start(QUIET, ProcessReportTest::forever)) {
      awaitState(child.pid());
      UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socketOf(child.pid()));
      List<SocketChannel> idle = new ArrayList<>();
      try {
        // when
        for (int i = 0; i < 20; i++) {
          SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
          idle.add(channel);
          channel.connect(address);
          if (i % 2 == 0) {
            try {
              channel.write(ByteBuffer.wrap(new byte[100_000]));
            } catch (IOException e) {
              // It has hung up already.
            }
          }
        }

        // then
        assertThat(awaitState(child.pid())).contains("\"pid\":" + child.pid());
      } finally {
        for (SocketChannel each : idle) {
          each.close();
        }
      }
      assertThat(child.isAlive()).isTrue();
    }
  }

  @Test
  void rubbishInTheFolderIsRemoved() throws Exception {
    ProcessReport.announce("tests");
    awaitState(ProcessHandle.current().pid());
    Path folder = Objects.requireNonNull(ControlFolder.path());
    Path rubbish = Files.writeString(folder.resolve("not-a-number.sock"), "x");
    Path recycled =
        Files.writeString(
            folder.resolve(Long.toHexString(ProcessIdentity.own() + 2) + ".sock"), "x");

    ProcessReport.all(LONG);

    assertThat(rubbish).doesNotExist();
    // The same number, but another process.
    assertThat(recycled).doesNotExist();
  }
}
