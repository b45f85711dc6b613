package dev.loomlet.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A greenlet that reads files while it loads a class must not leave its loop's thread. */
class PatchedClassLoadingTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  @BeforeAll
  static void patch() {
    assertThat(Patch.all().of(Topic.FILES).patched()).isTrue();
  }

  /** What is loaded here. */
  private static final class Loaded {}

  /** Reads its class from a FIFO, under the lock of that class, as class loaders do. */
  private static final class FromFifo extends ClassLoader {
    private final Path fifo;
    private final CountDownLatch begun;

    FromFifo(Path fifo, CountDownLatch begun) {
      super(FromFifo.class.getClassLoader());
      this.fifo = fifo;
      this.begun = begun;
    }

    /** The one that the JDK's method calls with the lock held. */
    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      begun.countDown();
      try (InputStream in = new FileInputStream(fifo.toFile())) {
        byte[] code = in.readAllBytes();
        return defineClass(Loaded.class.getName(), code, 0, code.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.equals(Loaded.class.getName())) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : findClass(name);
      }
    }
  }

  @Test
  void anotherGreenletOfTheLoopMayHaveTheJvmAskForTheSameClass() throws Exception {
    // given
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    byte[] code =
        Files.readAllBytes(
            Path.of(Loaded.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .resolve(Loaded.class.getName().replace('.', '/') + ".class"));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch other = new CountDownLatch(1);
    FromFifo loader = new FromFifo(fifo, begun);
    Thread.ofPlatform().daemon().start(() -> feed(fifo, code, begun, other));
    boolean[] same = new boolean[1];

    // when, on a thread that may be lost
    Thread loop =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    same[0] = Loomlet.run(() -> loadTwice(loader, other));
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                });

    // then
    assertThat(loop.join(PATIENCE)).as("the loop went on").isTrue();
    assertThat(same[0]).isTrue();
  }

  private static boolean loadTwice(FromFifo loader, CountDownLatch other) throws Exception {
    String name = Loaded.class.getName();
    Greenlet<Class<?>> first = Loomlet.spawn(() -> loader.loadClass(name));
    Greenlet<Class<?>> second =
        Loomlet.spawn(
            () -> {
              other.countDown();
              return Class.forName(name, false, loader);
            });
    return first.get() == second.get();
  }

  /**
   * Gives the class when somebody else wants it, too, or nobody can be there to want it; first
   * while the FIFO is being opened, and then while it is being read.
   */
  private static void feed(Path fifo, byte[] code, CountDownLatch begun, CountDownLatch other) {
    try {
      begun.await();
      other.await(300, TimeUnit.MILLISECONDS);
      try (OutputStream out = Files.newOutputStream(fifo)) {
        other.await(300, TimeUnit.MILLISECONDS);
        out.write(code);
      }
    } catch (InterruptedException | IOException e) {
      throw new AssertionError(e);
    }
  }
}
