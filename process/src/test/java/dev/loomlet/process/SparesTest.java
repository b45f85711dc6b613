package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loomlet.process.OnEveryEngine.TestLoop;
import dev.loomlet.process.ProcessOptions.Stream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SparesTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final ProcessOptions ONE = ProcessOptions.defaults().withSpares(1);

  @TempDir Path folder;

  @AfterEach
  void endSpares() {
    JavaProcess.endSpares();
  }

  private static List<Long> children() {
    return ProcessHandle.current().children().map(ProcessHandle::pid).toList();
  }

  private static void awaitGone(long pid) {
    await()
        .atMost(LONG)
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }

  /** Whether all of its threads have ended, and only its exit code is left. */
  private static boolean isZombie(long pid) throws IOException {
    String text = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
    return fields[0].equals("Z") && Integer.parseInt(fields[17]) <= 1;
  }

  private static void forever() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  @OnEveryEngine
  void aStartTakesASpareWhichKnowsWhatItIsFromThenOn(TestLoop loop) throws Exception {
    String file = folder.resolve("who").toString();
    loop.run(
        () -> {
          // given
          assertThat(JavaProcess.startSpares(ONE, LONG)).isTrue();
          List<Long> before = children();

          // when
          JavaProcess process =
              JavaProcess.start(
                  ONE.withName("taken"),
                  () -> Files.writeString(Path.of(file), JavaProcess.current().toString()));
          process.join();

          // then
          assertThat(before).contains(process.pid());
          assertThat(process.exitCode()).hasValue(0);
          assertThat(Files.readString(Path.of(file)))
              .isEqualTo(
                  new ProcessInfo("taken", process.pid(), ProcessHandle.current().pid(), false)
                      .toString());
          JavaProcess.endSpares();
        });
  }

  @Test
  void aSpareThatWasTakenIsReplaced() throws Exception {
    JavaProcess.startSpares(ONE, LONG);
    JavaProcess.start(ONE, () -> {}).join();
    await().atMost(LONG).until(() -> Spares.waiting(ONE) == 1);
  }

  @Test
  void aSpareThatSomebodyKilledIsPassedOver() throws Exception {
    // given
    JavaProcess.startSpares(ONE, LONG);
    List<Long> spares = children();
    for (long pid : spares) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      await().atMost(LONG).until(() -> isZombie(pid));
    }

    // when
    JavaProcess process = JavaProcess.start(ONE, () -> System.exit(3));
    process.join();

    // then
    assertThat(process.exitCode()).hasValue(3);
    assertThat(spares).doesNotContain(process.pid());
  }

  @Test
  void errorsOfASpareAreThoseOfItsAction() throws Exception {
    ProcessOptions quiet = ONE.withErrors(Stream.DISCARD);
    JavaProcess.startSpares(quiet, LONG);
    try (JavaProcess process =
        JavaProcess.start(
            quiet,
            () -> {
              throw new IllegalStateException("no luck");
            })) {
      process.join();
      assertThat(process.failure()).isInstanceOf(IllegalStateException.class).hasMessage("no luck");
    }
  }

  @Test
  void endSparesLeavesNone() throws Exception {
    JavaProcess.startSpares(ProcessOptions.defaults().withSpares(2), LONG);
    List<Long> spares = children();
    assertThat(spares).hasSizeGreaterThanOrEqualTo(2);
    JavaProcess.endSpares();
    spares.forEach(SparesTest::awaitGone);
  }

  @Test
  void sparesDoNotOutliveAParentThatIsKilled() throws Exception {
    // given
    Path file = folder.resolve("pids");
    String name = file.toString();
    for (boolean detached : new boolean[] {false, true}) {
      Files.deleteIfExists(file);
      try (JavaProcess parent =
          JavaProcess.start(
              () -> {
                JavaProcess.startSpares(ONE.withDetached(detached), LONG);
                Path unfinished = Path.of(name + ".new");
                Files.writeString(unfinished, children().toString());
                Files.move(unfinished, Path.of(name));
                forever();
              })) {
        await().atMost(LONG).until(() -> Files.exists(file));

        // when
        parent.kill();
        parent.join();
      }

      // then
      for (String pid : Files.readString(file).replaceAll("[\\[\\] ]", "").split(",", -1)) {
        awaitGone(Long.parseLong(pid));
      }
    }
  }

  /** The property {@code loomlet.starts} says how many; a spare takes a second or so to replace. */
  @Test
  @Timeout(900)
  void manyStartsLeaveNoDescriptorAndNoZombie() throws Exception {
    // given
    int starts = Integer.getInteger("loomlet.starts", 20);
    JavaProcess.startSpares(ONE, LONG);
    JavaProcess.start(ONE, () -> {}).join();
    JavaProcess.startSpares(ONE, LONG);
    long descriptors = Descriptors.open();

    // when
    for (int i = 0; i < starts; i++) {
      JavaProcess.start(ONE, () -> {}).join();
      JavaProcess.startSpares(ONE, LONG);
    }

    // then
    assertThat(Descriptors.open()).isLessThanOrEqualTo(descriptors + 2);
    assertThat(Descriptors.children()).isLessThanOrEqualTo(2);
  }

  /** What the class of that name says it did when it was initialised; null if it was not. */
  private static String trace(String name) {
    return System.getProperty(name);
  }

  private static final class Named {
    static {
      System.setProperty("preload.named", JavaProcess.current().name());
    }

    static SerializableAction writer(String file) {
      return () -> Files.writeString(Path.of(file), "" + trace("preload.named"));
    }
  }

  private static final class Silent {
    static {
      System.setProperty("preload.silent", JavaProcess.current().name());
    }

    static SerializableAction writer(String file, int number, Path[] nothing) {
      return () ->
          Files.writeString(Path.of(file), trace("preload.silent") + number + (nothing == null));
    }
  }

  private static final class Plain {
    static SerializableAction writer(String file, long number, boolean reports) {
      return () -> {
        // One made ahead has no number and reports nothing; it must not be this one.
        if (reports) {
          Files.writeString(Path.of(file), number + " " + Lambdas.class.getName());
        }
      };
    }
  }

  @Test
  void classesThatAreNamedAreInitialisedInASpare() throws Exception {
    String file = folder.resolve("said").toString();
    ProcessOptions options = ONE.withPreload(Named.class);
    JavaProcess.startSpares(options, LONG);
    JavaProcess.start(options.withName("taken"), Named.writer(file)).join();
    assertThat(Files.readString(Path.of(file))).isEqualTo("spare");
  }

  @Test
  void otherClassesAreNot() throws Exception {
    // given
    String file = folder.resolve("said").toString();
    for (int i = 0; i < 3; i++) {
      // when
      JavaProcess.startSpares(ONE, LONG);
      JavaProcess.start(ONE.withName("taken"), Silent.writer(file, i, null)).join();

      // then
      assertThat(Files.readString(Path.of(file))).isEqualTo("taken" + i + "true");
    }
  }

  @Test
  void aLambdaThatWasMadeAheadIsTheOneThatIsGiven() throws Exception {
    String file = folder.resolve("said").toString();
    for (long i = 1; i < 4; i++) {
      JavaProcess.startSpares(ONE, LONG);
      JavaProcess.start(ONE, Plain.writer(file, i << 40, true)).join();
      assertThat(Files.readString(Path.of(file))).startsWith(Long.toString(i << 40));
    }
  }

  @Test
  void aClassThatCannotBeInitialisedIsToldToWhoStartsSpares() {
    assertThatThrownBy(() -> JavaProcess.startSpares(ONE.withPreload(Broken.class), LONG))
        .isInstanceOf(IOException.class)
        .rootCause()
        .hasMessage("no luck");
  }

  private static final class Broken {
    static {
      if (Math.abs(-1) == 1) {
        throw new IllegalStateException("no luck");
      }
    }
  }

  @Test
  void optionsThatASpareCannotHaveAreRefused() {
    assertThatThrownBy(() -> ONE.withOutput(Stream.PIPE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("without spares");
    assertThatThrownBy(() -> ProcessOptions.defaults().withSpares(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PoolOptions.of(1).withProcess(ONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PoolOptions.withSpares");
  }
}
