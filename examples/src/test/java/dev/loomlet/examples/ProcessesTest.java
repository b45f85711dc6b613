package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows M1 to M10, T6, T11, T12 and C12 of the course, as far as they are about processes. */
class ProcessesTest {

  @Test
  void theParentGoesOnAndJoinWaits() {
    // when
    Ended ended = Example.run("M1Processes");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsExactlyInAnyOrder(
            "the parent goes on, with 2 children",
            "the function begins",
            "the function is done",
            "the class begins",
            "the class is done",
            "exit codes 0, 0");
    assertThat(ended.out().lines().toList().getLast()).isEqualTo("exit codes 0, 0");
  }

  @Test
  void processesRunAtTheSameTime() {
    // when
    Ended ended = Example.run("M2ThreeProcesses", "0.2");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .contains("task 1 is done", "task 2 is done", "task 3 is done")
        .last()
        .asString()
        .startsWith("all are done after ");
  }

  @Test
  void theParentDoesNotSeeWhatTheChildChanges() {
    // when
    Ended ended = Example.run("M3Isolation");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines()).containsExactly("the child has 16", "the parent has 18");
  }

  @Test
  void aDaemonEndsWithItsParent() {
    // when
    Ended ended = Example.run("M6DaemonProcess");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines())
        .contains("the parent ends while the daemon is alive")
        .doesNotContain("the daemon is done");
  }

  @Test
  void whatOneProcessPutsIntoTheQueueAnotherPrints() {
    // when
    Ended ended = Example.run("M9DishByQueue", "kung pao chicken", "mapo tofu");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().filter(line -> line.startsWith("guest")))
        .containsExactly("guest got kung pao chicken", "guest got mapo tofu", "guest leaves");
  }

  @Test
  void aPoolRunsAtMostThreeAtOnce() {
    // when
    Ended ended = Example.run("T11ProcessPool", "0.1");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines())
        .containsExactly(
            "10 submitted, 0 done", "ran in at most 3 processes: true", "map gives [10, 11, 12]");
  }

  @Test
  void computingAndWaitingAreComparedInATableAndAChart() {
    // when
    Ended ended = Example.run("T6ComputeAndWait", "1000000", "5");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out())
        .containsPattern("computing +waiting\n")
        .containsPattern("1 loop +\\d+\\.\\d\\d s +\\d+\\.\\d\\d s\n")
        .containsPattern("1 thread +\\d+\\.\\d\\d s +\\d+\\.\\d\\d s\n")
        .containsPattern("1 process +\\d+\\.\\d\\d s +\\d+\\.\\d\\d s\n")
        .containsPattern("\\d+ processes +\\d+\\.\\d\\d s +\\d+\\.\\d\\d s\n")
        .containsPattern("computing\n1 loop +#+\n")
        .contains("Java has no lock around its interpreter");
  }

  @Test
  void processesAndTheirLoopsServeOnePort() throws Exception {
    try (Example server = Example.start("C12EchoServer", "0", "2", "2")) {
      int port = server.port();
      List<Socket> clients = new ArrayList<>();
      try {
        // when so many are connected that the kernel gives some to each process
        for (int i = 0; i < 64; i++) {
          Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
          client.setSoTimeout(30_000);
          clients.add(client);
        }
        for (int i = 0; i < clients.size(); i++) {
          clients.get(i).getOutputStream().write(("client " + i).getBytes());
        }
        // then
        for (int i = 0; i < clients.size(); i++) {
          String expected = "CLIENT " + i;
          byte[] heard = clients.get(i).getInputStream().readNBytes(expected.length());
          assertThat(new String(heard)).isEqualTo(expected);
        }
        server.awaitOutput("server 1 has its first client");
        server.awaitOutput("server 2 has its first client");
      } finally {
        for (Socket each : clients) {
          each.close();
        }
      }
    }
  }

  @Test
  void aProcessKnowsWhoItIsAndIsEndedByTerminate() {
    // when
    Ended ended = Example.run("M4PidAndTerminate");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines())
        .containsExactly(
            "the child's pid is the one that its parent knows: true",
            "its parent is this process: true",
            "alive true",
            "alive false, exit code -15");
  }

  @Test
  void thereAreNoZombiesAndNoOrphans() {
    // when
    Ended ended = Example.run("M5ZombiesAndOrphans");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines())
        .containsExactly(
            "three children have ended, zombies: 0",
            "a parent was killed, and its child has ended: true",
            "another was killed, and its detached child goes on: true");
  }

  @Test
  void ticketsAreOversoldUnlessProcessesHoldALock() {
    // when
    Ended ended = Example.run("M7TicketsInFile");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines())
        .hasSize(2)
        .anyMatch(line -> line.matches("without a lock: [4-6] of 3 tickets sold, left [0-2]"))
        .contains("with a lock: 3 of 3 tickets sold, left 0");
  }

  @Test
  void aQueueBetweenProcessesKnowsFullEmptyAndTimeLimits() {
    // when
    Ended ended = Example.run("M8SharedQueue", "0.1");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines())
        .map(line -> line.replaceAll("after [0-9]+ s", "after some s"))
        .containsExactly(
            "empty true, full false",
            "empty false, full true",
            "Full: g was put at once false",
            "Full: g was put false after some s",
            "took a b c d e f",
            "Empty: took at once null",
            "Empty: took null after some s");
  }

  @Test
  void joinReturnsWhenAllIsEatenAndDaemonsEndWithTheirParent() {
    // when
    Ended ended = Example.run("M10SharedTable", "0.01");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines().toList().getLast()).isEqualTo("all eaten: 16, consumers: 2");
    assertThat(ended.out().lines().filter(line -> line.contains(" ate "))).hasSize(16);
  }

  @Test
  void callbacksGetTheResultsOfAPool() {
    // when
    Ended ended = Example.run("T12ProcessCallbacks", "0.1");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines())
        .containsExactlyInAnyOrder(
            "all submitted", "callback got 11", "callback got 12", "callback got no such dish");
  }
}
