package dev.loomlet.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Action;
import dev.loomlet.file.ChildProcess;
import dev.loomlet.file.LoopFiles;
import dev.loomlet.file.OpenFile;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The public files, on simulated disks. */
@Timeout(120)
final class SimDiskTest {
  private static final Path FILE = Path.of("/data/log");
  private static final int SEEDS = 100;

  private static void each(SimMain program) {
    Runs.under(SEEDS, program);
  }

  /** Runs code on a host, and waits for it. */
  private static void on(Host host, Action code) throws Exception {
    host.spawn("work", code).get();
  }

  @Test
  void filesAreWrittenAndReadAsUsual() {
    each(
        sim -> {
          LoopFiles.createDirectories(FILE.getParent());
          LoopFiles.writeString(FILE, "one\n");
          try (OpenFile file = LoopFiles.open(FILE, StandardOpenOption.APPEND)) {
            file.write("two\n".getBytes(UTF_8));
          }
          assertThat(LoopFiles.readString(FILE)).isEqualTo("one\ntwo\n");
          assertThat(LoopFiles.size(FILE)).isEqualTo(8);
          assertThat(LoopFiles.attributes(FILE).lastModifiedTime().toInstant())
              .isBetween(
                  Instant.parse("2000-01-01T00:00:00Z"), Instant.parse("2000-01-01T00:00:01Z"));
          LoopFiles.copy(FILE, Path.of("/data/copy"));
          LoopFiles.move(Path.of("/data/copy"), Path.of("/data/moved"));
          assertThat(LoopFiles.list(Path.of("/data")))
              .containsExactly(FILE, Path.of("/data/moved"));
          LoopFiles.delete(Path.of("/data/moved"));
          assertThat(LoopFiles.exists(Path.of("/data/moved"))).isFalse();
          LoopFiles.replaceString(FILE, "three");
          assertThat(LoopFiles.readString(FILE)).isEqualTo("three");
          Path temporary = LoopFiles.createTempFile(null, "x", null);
          assertThat(LoopFiles.exists(temporary)).isTrue();
        });
  }

  @Test
  void theErrorsAreThoseOfFiles() {
    each(
        sim -> {
          assertThatThrownBy(() -> LoopFiles.readString(FILE))
              .isInstanceOf(NoSuchFileException.class);
          assertThatThrownBy(() -> LoopFiles.writeString(FILE, "no directory"))
              .isInstanceOf(NoSuchFileException.class);
          LoopFiles.createDirectory(Path.of("/data"));
          assertThatThrownBy(() -> LoopFiles.createDirectory(Path.of("/data")))
              .isInstanceOf(FileAlreadyExistsException.class);
          LoopFiles.writeString(FILE, "x");
          assertThatThrownBy(() -> LoopFiles.delete(Path.of("/data")))
              .isInstanceOf(DirectoryNotEmptyException.class);
          assertThatThrownBy(() -> LoopFiles.list(FILE)).isInstanceOf(NotDirectoryException.class);
          LoopFiles.writeString(Path.of("/data/b"), "y");
          assertThatThrownBy(() -> LoopFiles.move(FILE, Path.of("/data/b")))
              .isInstanceOf(FileAlreadyExistsException.class);
          LoopFiles.move(FILE, Path.of("/data/b"), StandardCopyOption.REPLACE_EXISTING);
          assertThat(LoopFiles.readString(Path.of("/data/b"))).isEqualTo("x");
        });
  }

  @Test
  void eachHostHasItsOwnFiles() {
    each(
        sim -> {
          Host host = sim.host("other");
          LoopFiles.writeString(Path.of("/mine"), "x");
          on(host, () -> assertThat(LoopFiles.exists(Path.of("/mine"))).isFalse());
        });
  }

  @Test
  void whatWasSyncedSurvivesACrash() {
    each(
        sim -> {
          Host host = sim.host("node");
          on(
              host,
              () -> {
                LoopFiles.createDirectory(Path.of("/data"));
                LoopFiles.syncDirectory(Path.of("/"));
                try (OpenFile file =
                    LoopFiles.open(FILE, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                  file.write(new byte[5000]);
                  file.sync();
                }
                LoopFiles.syncDirectory(Path.of("/data"));
              });
          host.crash();
          sim.world().powerOn(host.machine());
          on(host, () -> assertThat(LoopFiles.readAllBytes(FILE)).isEqualTo(new byte[5000]));
        });
  }

  @Test
  void whatWasNotSyncedIsThereOrNotOrInPart() {
    assertThat(fatesOfAWrite(true)).containsExactlyInAnyOrder("lost", "there", "torn");
  }

  @Test
  void onADiskThatTearsNoWritesItIsThereOrNot() {
    assertThat(fatesOfAWrite(false)).containsExactlyInAnyOrder("lost", "there");
  }

  private static Set<String> fatesOfAWrite(boolean torn) {
    Set<String> fates = new HashSet<>();
    each(
        sim -> {
          // given
          Host host = sim.host("node");
          host.disk().tornWrites(torn);
          byte[] ones = new byte[2048];
          Arrays.fill(ones, (byte) 1);
          on(
              host,
              () -> {
                try (OpenFile file =
                    LoopFiles.open(
                        Path.of("/log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                  file.write(new byte[2048]);
                  file.sync();
                  LoopFiles.syncDirectory(Path.of("/"));
                  file.write(ones, 0);
                }
              });
          // when
          host.crash();
          sim.world().powerOn(host.machine());
          // then
          on(
              host,
              () -> {
                byte[] found = LoopFiles.readAllBytes(Path.of("/log"));
                assertThat(found).hasSize(2048);
                int count = 0;
                for (byte value : found) {
                  count += value;
                }
                assertThat(count % 512).isZero();
                fates.add(count == 0 ? "lost" : count == 2048 ? "there" : "torn");
              });
        });
    return fates;
  }

  @Test
  void aNameThatWasNotSyncedMayBeGone() {
    Set<Boolean> fates = new HashSet<>();
    each(
        sim -> {
          Host host = sim.host("node");
          on(
              host,
              () -> {
                try (OpenFile file =
                    LoopFiles.open(
                        Path.of("/new"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                  file.write(new byte[1]);
                  file.sync();
                }
              });
          host.crash();
          sim.world().powerOn(host.machine());
          on(host, () -> fates.add(LoopFiles.exists(Path.of("/new"))));
        });
    assertThat(fates).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void replaceLeavesTheOldOrTheNewFileWhereverPowerIsLost() {
    Set<String> fates = new HashSet<>();
    Simulation.runAll(
        1,
        400,
        SimOptions.defaults(),
        sim -> {
          // given
          Host host = sim.host("node");
          Path file = Path.of("/config");
          on(host, () -> LoopFiles.replaceString(file, "old"));
          host.spawn("saver", () -> LoopFiles.replaceString(file, "new"));
          // when
          sim.sleep(Duration.ofNanos(sim.random().nextLong(12_000_000)));
          host.crash();
          sim.world().powerOn(host.machine());
          // then
          on(host, () -> fates.add(LoopFiles.readString(file)));
        });
    assertThat(fates).containsExactlyInAnyOrder("old", "new");
  }

  @Test
  void killedProgramsLoseNothingThatWasWritten() {
    each(
        sim -> {
          Host host = sim.host("node");
          on(host, () -> LoopFiles.writeString(Path.of("/log"), "kept"));
          host.kill();
          on(host, () -> assertThat(LoopFiles.readString(Path.of("/log"))).isEqualTo("kept"));
        });
  }

  @Test
  void aDiskCanBeFull() {
    each(
        sim -> {
          sim.main().disk().capacity(10);
          LoopFiles.writeString(Path.of("/a"), "12345678");
          assertThatThrownBy(() -> LoopFiles.writeString(Path.of("/b"), "123"))
              .isInstanceOf(FileSystemException.class)
              .hasMessageContaining("no space left");
          LoopFiles.delete(Path.of("/a"));
          LoopFiles.writeString(Path.of("/b"), "123");
        });
  }

  @Test
  void anOperationCanFail() {
    each(
        sim -> {
          sim.main().disk().failAt(2);
          assertThatThrownBy(() -> LoopFiles.writeString(Path.of("/a"), "1"))
              .isInstanceOf(FileSystemException.class)
              .hasMessageContaining("the device failed");
          LoopFiles.writeString(Path.of("/a"), "1");
        });
  }

  @Test
  void afterASyncThatFailedALaterOneDoesNotHelp() {
    Set<Integer> sizes = new HashSet<>();
    each(
        sim -> {
          Host host = sim.host("node");
          on(
              host,
              () -> {
                try (OpenFile file =
                    LoopFiles.open(
                        Path.of("/log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                  LoopFiles.syncDirectory(Path.of("/"));
                  file.write(new byte[100]);
                  host.disk().failAt(1);
                  assertThatThrownBy(file::sync).isInstanceOf(FileSystemException.class);
                  file.sync();
                }
              });
          host.crash();
          sim.world().powerOn(host.machine());
          on(host, () -> sizes.add(LoopFiles.readAllBytes(Path.of("/log")).length));
        });
    assertThat(sizes).containsExactly(0);
  }

  @Test
  void aFileThatIsLeftOpenIsALeak() {
    assertThatThrownBy(
            () ->
                Simulation.run(
                    1,
                    sim ->
                        LoopFiles.open(
                            Path.of("/a"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)))
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining("leak")
        .hasMessageContaining("the file /a");
  }

  @Test
  void aFileThatIsClosedIsOfNoUse() {
    each(
        sim -> {
          OpenFile file =
              LoopFiles.open(
                  Path.of("/tmp/file"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          file.close();
          assertThatThrownBy(() -> file.write(new byte[1])).isInstanceOf(IOException.class);
          assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
        });
  }

  @Test
  void theMachinesOwnFilesAreOutOfReach() {
    assertThatThrownBy(() -> Simulation.run(1, sim -> LoopFiles.readString(Path.of("/etc/hosts"))))
        .isInstanceOf(SimulationFailure.class)
        .hasRootCauseInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Simulation.run(1, sim -> ChildProcess.start("true")))
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining("a child process is outside of the simulation")
        .hasMessageContaining("SimDiskTest.java");
  }

  @Test
  void pathsMayBeRelative() {
    each(
        sim -> {
          LoopFiles.writeString(Path.of("here"), "x");
          assertThat(LoopFiles.readString(Path.of("/here"))).isEqualTo("x");
          assertThat(LoopFiles.list(Path.of("/"))).containsAll(List.of(Path.of("/here")));
        });
  }
}
