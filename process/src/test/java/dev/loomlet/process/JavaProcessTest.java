package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loomlet.Cancelled;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import dev.loomlet.process.ProcessOptions.Stream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JavaProcessTest {
  private static final ProcessOptions PIPED =
      ProcessOptions.defaults().withOutput(Stream.PIPE).withErrors(Stream.PIPE);
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path folder;

  private static String text(dev.loomlet.file.PipeReader reader) throws IOException {
    return new String(reader.inputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static void forever() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  @OnEveryEngine
  void runsALambdaInAnotherProcessWhileOtherGreenletsGoOn(TestLoop loop) throws Exception {
    String file = folder.resolve("pid").toString();
    loop.run(
        () -> {
          // given
          AtomicInteger turns = new AtomicInteger();
          var other =
              Loomlet.spawn(
                  () -> {
                    while (true) {
                      turns.incrementAndGet();
                      Loomlet.sleep(1);
                    }
                  });

          // when
          JavaProcess process =
              JavaProcess.start(
                  () ->
                      Files.writeString(
                          Path.of(file), Long.toString(ProcessHandle.current().pid())));
          process.join();

          // then
          assertThat(process.exitCode()).hasValue(0);
          assertThat(process.isAlive()).isFalse();
          assertThat(Files.readString(Path.of(file))).isEqualTo(Long.toString(process.pid()));
          assertThat(turns.get()).isGreaterThan(3);
          other.kill();
        });
  }

  @Test
  void worksOnAPlainThread() throws Exception {
    try (JavaProcess process = JavaProcess.start(() -> System.exit(7))) {
      process.join();
      assertThat(process.exitCode()).hasValue(7);
    }
  }

  @Test
  void aPlainThreadNeedsNoLoopAndLeavesNothingOpen() throws Exception {
    // given: what only the first start opens
    JavaProcess.start(() -> {}).join();
    long before = Descriptors.open();

    // when
    AtomicInteger code = new AtomicInteger(-1);
    AtomicInteger timed = new AtomicInteger();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (JavaProcess process = JavaProcess.start(() -> System.exit(7))) {
                    timed.set(process.join(Duration.ofMillis(1)) ? 1 : 2);
                    process.join();
                    code.set(process.exitCode().orElseThrow());
                    if (Loop.currentOrNull() != null) {
                      code.set(-2);
                    }
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    thread.join();

    // then
    assertThat(timed.get()).isEqualTo(2);
    assertThat(code.get()).isEqualTo(7);
    assertThat(Descriptors.open()).isEqualTo(before);
  }

  @Test
  void anInterruptEndsTheJoinOfAPlainThread() throws Exception {
    try (JavaProcess process = JavaProcess.start(JavaProcessTest::forever)) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread thread =
          Thread.ofPlatform()
              .start(() -> thrown.set(Assertions.catchThrowable(() -> process.join())));
      thread.interrupt();
      thread.join();
      assertThat(thrown.get()).isInstanceOf(Cancelled.class);
      assertThat(process.isAlive()).isTrue();
    }
  }

  @Test
  void runsTheMainMethodOfAClass() throws Exception {
    // when
    try (JavaProcess process = JavaProcess.startMain(PIPED, Program.class, "a b", "ä")) {
      String said = text(process.output());

      // then
      process.join();
      assertThat(said).isEqualTo("a b,ä\n");
      assertThat(process.exitCode()).hasValue(0);
    }
  }

  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      System.out.print(String.join(",", arguments) + "\n");
    }
  }

  @Test
  void refusesAClassWithoutAMainMethod() {
    assertThatThrownBy(() -> JavaProcess.startMain(TestLoop.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no method main");
  }

  @Test
  void showsAnUncaughtErrorWithItsStackAndGivesItToTheParent() throws Exception {
    // when
    try (JavaProcess process =
        JavaProcess.start(
            PIPED.withName("unlucky"),
            () -> {
              throw new IllegalStateException("no luck");
            })) {
      String errors = text(process.errors());
      process.join();

      // then
      assertThat(errors)
          .contains("Exception in process unlucky: java.lang.IllegalStateException: no luck")
          .contains("at dev.loomlet.process.JavaProcessTest");
      assertThat(process.exitCode()).hasValue(1);
      assertThat(process.failure()).isInstanceOf(IllegalStateException.class).hasMessage("no luck");
    }
  }

  @Test
  void givesAnErrorThatCannotBeSentAsItsText() throws Exception {
    try (JavaProcess process =
        JavaProcess.start(
            PIPED,
            () -> {
              throw new Unsendable();
            })) {
      process.join();
      assertThat(process.failure())
          .isInstanceOf(ChildFailure.class)
          .hasMessageContaining("Unsendable: with a thread");
    }
  }

  @SuppressWarnings("serial")
  private static final class Unsendable extends RuntimeException {
    private final Thread thread = Thread.currentThread();

    Unsendable() {
      super("with a thread");
    }
  }

  @Test
  void namesTheCapturedVariableThatIsNotSerialisable() {
    // given
    String fine = "fine";
    Thread thread = Thread.currentThread();

    // then
    assertThatThrownBy(() -> JavaProcess.start(() -> System.out.println(fine + thread)))
        .isInstanceOf(UnserializableException.class)
        .hasMessageContaining(
            "captured variable 2 of the action, a lambda in dev.loomlet.process.JavaProcessTest,"
                + " is a java.lang.Thread, which is not Serializable");
  }

  @Test
  void saysThatALambdaCapturesThisThatIsNotSerialisable() {
    assertThatThrownBy(() -> JavaProcess.start(() -> System.out.println(folder)))
        .isInstanceOf(UnserializableException.class)
        .hasMessageContaining("\"this\" (a dev.loomlet.process.JavaProcessTest)");
  }

  @Test
  void namesTheFieldOfACapturedObjectThatIsNotSerialisable() {
    Holder holder = new Holder(new Object());
    assertThatThrownBy(() -> JavaProcess.start(() -> System.out.println(holder)))
        .isInstanceOf(UnserializableException.class)
        .hasMessageContaining("field held of captured variable 1")
        .hasMessageContaining("java.lang.Object");
  }

  private record Holder(Object held) implements java.io.Serializable {}

  @OnEveryEngine
  void joinWithATimeOutGivesUpAndKillEndsTheProcess(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (JavaProcess process = JavaProcess.start(JavaProcessTest::forever)) {
            // when
            boolean ended = process.join(Duration.ofMillis(20));

            // then
            assertThat(ended).isFalse();
            assertThat(process.isAlive()).isTrue();
            assertThat(process.exitCode()).isEmpty();
            assertThat(JavaProcess.activeChildren()).contains(process);

            // when
            process.kill();

            // then
            assertThat(process.join(LONG)).isTrue();
            assertThat(process.exitCode()).hasValue(-9);
            assertThat(JavaProcess.activeChildren()).doesNotContain(process);
          }
        });
  }

  @Test
  void terminateRunsShutdownHooksAndCountsAsTheSignal() throws Exception {
    // given
    try (JavaProcess process =
        JavaProcess.start(
            PIPED,
            () -> {
              Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.print("tidied")));
              System.out.print("ready ");
              System.out.flush();
              forever();
            })) {
      byte[] ready = new byte[6];
      process.output().inputStream().readNBytes(ready, 0, 6);

      // when
      process.terminate();

      // then
      assertThat(text(process.output())).isEqualTo("tidied");
      process.join();
      assertThat(process.exitCode()).hasValue(-15);
    }
  }

  @Test
  void closeKillsAndWaitsAndMayBeRepeated() throws Exception {
    JavaProcess process = JavaProcess.start(JavaProcessTest::forever);
    process.close();
    process.close();
    assertThat(process.exitCode()).hasValue(-9);
    assertThat(ProcessHandle.of(process.pid()).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void theChildKnowsItsNameAndItsParent() throws Exception {
    try (JavaProcess process =
        JavaProcess.start(
            PIPED.withName("kid").withDaemon(true),
            () -> System.out.print(JavaProcess.current() + " " + JavaProcess.parent()))) {
      assertThat(text(process.output()))
          .isEqualTo(
              new ProcessInfo("kid", process.pid(), ProcessHandle.current().pid(), true)
                  + " "
                  + new ProcessInfo("main", ProcessHandle.current().pid(), 0, false));
      assertThat(JavaProcess.parent()).isNull();
    }
  }

  @Test
  void hasPipesForItsStandardStreamsOnRequest() throws Exception {
    try (JavaProcess process =
        JavaProcess.start(
            PIPED.withInput(Stream.PIPE),
            () -> {
              String line = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
              System.out.print("out " + line);
              System.err.print("err " + line);
            })) {
      process.input().write("hello".getBytes(StandardCharsets.UTF_8));
      process.input().close();
      assertThat(text(process.output())).isEqualTo("out hello");
      assertThat(text(process.errors())).contains("err hello");
    }
  }

  @Test
  void saysHowToGetAPipeWhereThereIsNone() throws Exception {
    try (JavaProcess process = JavaProcess.start(() -> {})) {
      assertThatThrownBy(process::output)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("ProcessOptions.withOutput(Stream.PIPE)");
    }
  }

  @Test
  void theSentinelCanBeReadOnceTheProcessHasEnded() throws Exception {
    try (JavaProcess process = JavaProcess.start(JavaProcessTest::forever)) {
      int sentinel = process.sentinel();
      process.kill();
      dev.loomlet.io.Descriptors.waitReadable(sentinel, LONG);
      assertThat(process.isAlive()).isFalse();
    }
  }

  @Test
  void inheritsSystemPropertiesAndTakesFurtherJvmArguments() throws Exception {
    // given
    String given = System.getProperty("jdk.trackAllThreads");
    assertThat(given).isNotNull();

    // when
    try (JavaProcess process =
        JavaProcess.start(
            PIPED.withJvmArguments("-Dmine=1"),
            () ->
                System.out.print(
                    System.getProperty("jdk.trackAllThreads")
                        + " "
                        + System.getProperty("mine")))) {
      // then
      assertThat(text(process.output())).isEqualTo(given + " 1");
    }
  }

  @Test
  void aJvmThatCannotStartIsAnErrorThatSaysSo() {
    assertThatThrownBy(
            () -> {
              try (JavaProcess process =
                  JavaProcess.start(
                      PIPED.withJvmArguments(
                          "-XX:NoSuchFlagAtAll=1", "-XX:-IgnoreUnrecognizedVMOptions"),
                      () -> {})) {
                process.join();
                throw new IOException("exit code " + process.exitCode());
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("exit code");
  }

  @Test
  void leavesNoDescriptorAndNoZombie() throws Exception {
    // given
    JavaProcess.start(() -> {}).join();
    long descriptors = Descriptors.open();

    // when
    for (int i = 0; i < 5; i++) {
      JavaProcess.start(() -> {}).join();
    }

    // then
    assertThat(Descriptors.open()).isLessThanOrEqualTo(descriptors);
  }

  @Test
  void aChildWhoseEndNobodyWaitsForIsClearedAwayWithTheNextLook() throws Exception {
    // given
    JavaProcess process = JavaProcess.start(() -> {});
    Path state = Path.of("/proc", Long.toString(process.pid()), "stat");
    await().atMost(LONG).until(() -> Files.readString(state).contains(") Z "));

    // then: its last thread may end a little later than its first
    await()
        .atMost(LONG)
        .until(
            () -> {
              JavaProcess.activeChildren();
              return !Files.exists(state);
            });
  }

  @Test
  void noOrphanOutlivesAParentThatIsKilled() throws Exception {
    // given
    try (JavaProcess parent = JavaProcess.start(PIPED, JavaProcessTest::startOneAndWait)) {
      long orphan = pidFrom(parent);
      assertThat(ProcessHandle.of(orphan)).isPresent();

      // when
      parent.kill();
      parent.join();

      // then
      await()
          .atMost(LONG)
          .until(() -> ProcessHandle.of(orphan).filter(ProcessHandle::isAlive).isEmpty());
    }
  }

  @Test
  void aDetachedProcessOutlivesItsParent() throws Exception {
    long orphan;
    try (JavaProcess parent = JavaProcess.start(PIPED, JavaProcessTest::startDetachedAndEnd)) {
      orphan = pidFrom(parent);
      parent.join();
      assertThat(parent.exitCode()).hasValue(0);
    }
    ProcessHandle handle = ProcessHandle.of(orphan).orElseThrow();
    assertThat(handle.isAlive()).isTrue();
    handle.destroyForcibly();
  }

  private static long pidFrom(JavaProcess process) throws IOException {
    StringBuilder text = new StringBuilder();
    var in = process.output().inputStream();
    for (int c = in.read(); c >= '0'; c = in.read()) {
      text.append((char) c);
    }
    return Long.parseLong(text.toString());
  }

  private static void startOneAndWait() throws Exception {
    JavaProcess child = JavaProcess.start(JavaProcessTest::forever);
    System.out.print(child.pid() + "\n");
    System.out.flush();
    forever();
  }

  private static void startDetachedAndEnd() throws Exception {
    ProcessOptions options =
        ProcessOptions.defaults()
            .withDetached(true)
            .withOutput(Stream.DISCARD)
            .withErrors(Stream.DISCARD);
    JavaProcess child = JavaProcess.start(options, JavaProcessTest::forever);
    System.out.print(child.pid() + "\n");
  }

  @Test
  void aParentThatEndsWaitsForItsChildrenAndEndsItsDaemons() throws Exception {
    try (JavaProcess parent = JavaProcess.start(PIPED, JavaProcessTest::startBothAndEnd)) {
      long daemon = pidFrom(parent);
      assertThat(text(parent.output())).isEqualTo("done");
      parent.join();
      assertThat(parent.exitCode()).hasValue(0);
      assertThat(ProcessHandle.of(daemon).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  private static void startBothAndEnd() throws Exception {
    ProcessOptions quiet = ProcessOptions.defaults();
    JavaProcess daemon = JavaProcess.start(quiet.withDaemon(true), JavaProcessTest::forever);
    System.out.print(daemon.pid() + "\n");
    System.out.flush();
    JavaProcess.start(
        () -> {
          Thread.sleep(100);
          System.out.print("done");
        });
  }

  @Test
  void aCancelledJoinLeavesTheProcessAlone() throws Exception {
    new TestLoop("auto")
        .run(
            () -> {
              try (JavaProcess process = JavaProcess.start(JavaProcessTest::forever)) {
                var waiter = Loomlet.spawn(() -> process.join());
                Loomlet.yield();
                waiter.kill();
                assertThat(waiter.isCancelled()).isTrue();
                assertThat(process.isAlive()).isTrue();
              }
            });
  }
}
