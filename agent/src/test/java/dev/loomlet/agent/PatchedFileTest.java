package dev.loomlet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files, used as if Loomlet did not exist, by greenlets. */
class PatchedFileTest {
  @TempDir Path folder;

  @BeforeAll
  static void patch() {
    assertThat(Patch.all().of(Topic.FILES).patched()).isTrue();
  }

  private Path fifo() throws Exception {
    Path fifo = folder.resolve("fifo");
    Files.deleteIfExists(fifo);
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    return fifo;
  }

  @OnEachEngine
  void openingAFifoLetsItsOtherEndRun(String engine) throws Exception {
    Path fifo = fifo();
    OnEachEngine.Names.run(
        engine,
        () -> {
          List<Callable<AutoCloseable>> openings =
              List.of(
                  () -> new FileInputStream(fifo.toFile()),
                  () -> FileChannel.open(fifo),
                  () -> Files.newInputStream(fifo),
                  () -> new RandomAccessFile(fifo.toFile(), "r"));
          for (Callable<AutoCloseable> opening : openings) {
            // given: open(2) blocks until somebody opens the FIFO for writing
            Greenlet<AutoCloseable> reader = Loomlet.spawn(opening);
            Loomlet.sleep(5);
            assertThat(reader.isDone()).isFalse();
            // when
            try (FileOutputStream out = new FileOutputStream(fifo.toFile());
                // then
                AutoCloseable in = reader.get()) {
              assertThat(in).isNotNull();
              out.write(1);
            }
          }
        });
  }

  @OnEachEngine
  void aKilledGreenletGetsTheFileAndIsToldAtItsNextWait(String engine) throws Exception {
    Path fifo = fifo();
    OnEachEngine.Names.run(
        engine,
        () -> {
          List<String> seen = new ArrayList<>();
          Greenlet<?> reader =
              Loomlet.spawn(
                  () -> {
                    try (FileChannel in = FileChannel.open(fifo)) {
                      seen.add("open " + in.isOpen());
                      seen.add("exists " + Files.exists(fifo));
                      Thread.sleep(60_000);
                      seen.add("slept");
                    }
                  });
          Loomlet.sleep(5);
          // when
          reader.cancel(true);
          Loomlet.sleep(5);
          assertThat(seen).isEmpty();
          try (FileOutputStream out = new FileOutputStream(fifo.toFile())) {
            reader.join();
            assertThat(out).isNotNull();
          }
          // then
          assertThat(seen).containsExactly("open true", "exists true");
        });
  }

  private Process lockFromElsewhere(Path file) throws IOException {
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HoldsLock.class.getName(),
                file.toString())
            .start();
    BufferedReader said = holder.inputReader();
    assertThat(said.readLine()).isEqualTo("locked");
    return holder;
  }

  @Test
  void aLockOfAnotherProcessIsAwaitedWhileOthersRunAndAnInterruptEndsIt() throws Exception {
    Path file = Files.createFile(folder.resolve("locked"));
    Process holder = lockFromElsewhere(file);
    Loomlet.run(
        () -> {
          // given
          Thread[] threads = new Thread[1];
          Greenlet<Boolean> interrupted =
              Loomlet.spawn(
                  () -> {
                    threads[0] = Thread.currentThread();
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                      assertThatThrownBy(channel::lock)
                          .isInstanceOf(FileLockInterruptionException.class);
                    }
                    return Thread.interrupted();
                  });
          Loomlet.sleep(10);
          assertThat(interrupted.isDone()).isFalse();
          // when
          threads[0].interrupt();
          // then
          assertThat(interrupted.get()).isTrue();

          // given
          FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
          Greenlet<Boolean> waiting = Loomlet.spawn(() -> channel.lock().isValid());
          Loomlet.sleep(10);
          assertThat(waiting.isDone()).isFalse();
          // when
          holder.getOutputStream().close();
          // then
          assertThat(waiting.get()).isTrue();
          channel.close();

          // given: nobody lets it go any more
          Process next = lockFromElsewhere(file);
          try (FileChannel again = FileChannel.open(file, StandardOpenOption.WRITE)) {
            List<Throwable> thrown = new ArrayList<>();
            Greenlet<?> killed =
                Loomlet.spawn(
                    () -> {
                      try {
                        again.lock();
                      } catch (Throwable e) {
                        thrown.add(e);
                      }
                    });
            Loomlet.sleep(10);
            // when
            killed.kill();
            // then
            assertThat(killed.isDone()).isTrue();
            assertThat(thrown).hasExactlyElementsOfTypes(Cancelled.class);
          }
          next.getOutputStream().close();
        });
  }

  /** Does everything that is patched, and writes down what came of it. */
  private static List<String> useFiles(Path folder) throws Exception {
    List<String> seen = new ArrayList<>();
    byte[] content = new byte[700_000];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31);
    }
    File file = folder.resolve("stream").toFile();
    try (FileOutputStream out = new FileOutputStream(file)) {
      out.write(content);
      out.write(content, 5, 10);
      out.write(-3);
      seen.add(outcome(() -> out.write(content, 5, content.length)));
      out.getFD().sync();
    }
    dropFromCache(file.toPath());
    try (FileInputStream in = new FileInputStream(file)) {
      byte[] part = new byte[100_000];
      seen.add("read " + in.read(part) + " " + Arrays.hashCode(part));
      seen.add("read " + in.read(part, 7, 20_000) + " " + Arrays.hashCode(part));
      seen.add("one " + in.read() + " available " + in.available() + " skip " + in.skip(1000));
      seen.add("all " + Arrays.hashCode(in.readAllBytes()) + " " + in.read());
      seen.add("end " + in.read(part) + " " + in.read(part, 0, 0));
      seen.add(outcome(() -> in.read(part, -1, 5)));
      seen.add(outcome(() -> in.read(part, 5, part.length)));
      in.close();
      seen.add(outcome(in::read));
      seen.add(outcome(() -> in.read(part)));
    }
    try (FileOutputStream append = new FileOutputStream(file, true)) {
      append.write(new byte[] {1, 2, 3});
    }
    seen.add("length " + file.length() + " " + file.exists() + " " + file.isDirectory());
    useRandomAccess(folder, content, seen);
    useChannel(folder, content, seen);
    usePaths(folder, seen);
    seen.add(outcome(() -> new FileInputStream(folder.resolve("nobody").toFile())));
    seen.add(outcome(() -> new FileOutputStream(folder.toFile())));
    seen.add(outcome(() -> Files.readString(folder.resolve("nobody"))));
    return seen;
  }

  private static void useRandomAccess(Path folder, byte[] content, List<String> seen)
      throws Exception {
    File file = folder.resolve("random").toFile();
    for (String mode : List.of("rw", "rws")) {
      try (RandomAccessFile random = new RandomAccessFile(file, mode)) {
        random.write(content);
        random.seek(100);
        random.writeInt(0x12345678);
        random.writeByte(9);
        seen.add("at " + random.getFilePointer() + " of " + random.length());
        random.seek(90);
        byte[] part = new byte[300_000];
        seen.add("read " + random.read(part) + " " + Arrays.hashCode(part));
        seen.add("int " + random.readInt() + " at " + random.getFilePointer());
        random.setLength(1000);
        random.seek(999);
        seen.add(random.read() + " " + random.read() + " " + random.read(part));
        seen.add(outcome(random::readInt));
      }
    }
    try (RandomAccessFile random = new RandomAccessFile(file, "r")) {
      seen.add(outcome(() -> random.write(1)));
      seen.add(outcome(() -> random.write(content)));
    }
  }

  private static void useChannel(Path folder, byte[] content, List<String> seen) throws Exception {
    Path file = folder.resolve("channel");
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      seen.add("write " + channel.write(ByteBuffer.wrap(content)) + " at " + channel.position());
      seen.add("write " + channel.write(ByteBuffer.wrap(content, 3, 40), 5));
      channel.force(true);
      dropFromCache(file);
      ByteBuffer part = ByteBuffer.allocateDirect(400_000);
      channel.position(17);
      seen.add("read " + channel.read(part) + " at " + channel.position());
      seen.add("hash " + part.flip().hashCode());
      part.clear();
      seen.add("read " + channel.read(part, 600_000) + " " + part.flip().hashCode());
      ByteBuffer[] two = {ByteBuffer.allocate(10), ByteBuffer.allocate(20)};
      seen.add("both " + channel.read(two) + " " + channel.position() + " " + channel.size());
      channel.truncate(50);
      seen.add("end " + channel.read(part.clear(), 50) + " " + channel.size());
      try (FileChannel other =
          FileChannel.open(
              folder.resolve("other"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        seen.add("to " + channel.transferTo(10, 1000, other));
        seen.add("from " + other.transferFrom(channel.position(0), 5, 20) + " " + other.size());
        seen.add(outcome(() -> other.read(ByteBuffer.allocate(1))));
      }
      seen.add("lock " + channel.lock().isShared());
    }
  }

  private static void usePaths(Path folder, List<String> seen) throws Exception {
    Path made = Files.createDirectories(folder.resolve("a/b/c"));
    Path text = Files.writeString(made.resolve("text"), "content");
    Files.setLastModifiedTime(text, FileTime.fromMillis(1_000_000));
    seen.add(Files.size(text) + " " + Files.getLastModifiedTime(text));
    Files.createSymbolicLink(made.resolve("link"), text);
    Files.createLink(made.resolve("hard"), text);
    seen.add("link " + folder.relativize(Files.readSymbolicLink(made.resolve("link"))));
    Files.copy(text, made.resolve("copy"));
    Files.move(made.resolve("copy"), made.resolve("moved"), StandardCopyOption.ATOMIC_MOVE);
    try (var files = Files.walk(folder.resolve("a"))) {
      seen.add(files.map(each -> folder.relativize(each).toString()).sorted().toList().toString());
    }
    try (var files = Files.list(made)) {
      seen.add(files.map(each -> each.getFileName().toString()).sorted().toList().toString());
    }
    seen.add(outcome(() -> Files.delete(made)));
    seen.add(outcome(() -> Files.createDirectory(made)));
    seen.add(Files.exists(text) + " " + Files.exists(made.resolve("x")) + Files.isReadable(text));
    Files.delete(made.resolve("moved"));
    File old = made.resolve("old").toFile();
    seen.add(old.createNewFile() + " " + old.createNewFile() + " " + old.canWrite());
    seen.add(old.renameTo(made.resolve("new").toFile()) + " " + old.delete());
    seen.add(Arrays.stream(made.toFile().list()).sorted().toList().toString());
    seen.add(outcome(() -> Files.copy(folder.resolve("nobody"), made.resolve("y"))));
  }

  private static void dropFromCache(Path file) throws Exception {
    new ProcessBuilder("dd", "of=" + file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0")
        .redirectErrorStream(true)
        .start()
        .waitFor();
  }

  @FunctionalInterface
  private interface Attempt {
    void run() throws Exception;
  }

  private static String outcome(Attempt attempt) {
    try {
      attempt.run();
      return "done";
    } catch (Exception e) {
      return String.valueOf(e).replaceAll("/[^ :]*/", "");
    }
  }

  @OnEachEngine
  void everythingComesOutAsOnAThread(String engine) throws Exception {
    List<String> expected = useFiles(Files.createDirectories(folder.resolve("thread/f")));
    OnEachEngine.Names.run(
        engine,
        () ->
            assertThat(useFiles(Files.createDirectories(folder.resolve("loop/f"))))
                .isEqualTo(expected));
  }

  /** Reads in its static initialiser. */
  private static final class ReadsWhenInitialised {
    static final int VALUE = read();

    private static int read() {
      try {
        Path file = Files.createTempFile("loomlet", "pinned");
        try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rws")) {
          random.write(new byte[] {7, 8});
          random.seek(1);
          return random.read();
        } finally {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void aPinnedThreadUsesFilesInPlace() throws Exception {
    assertThat(Loomlet.run(() -> ReadsWhenInitialised.VALUE)).isEqualTo(8);
  }
}
