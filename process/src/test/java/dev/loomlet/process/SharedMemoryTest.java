package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Loomlet;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SharedMemoryTest {

  @OnEveryEngine
  void theLoopGoesOnWhileMuchIsCreated(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          AtomicBoolean ran = new AtomicBoolean();
          Loomlet.spawn(() -> ran.set(true));
          // Where this thread is kept from running, the memory may be there before it waits for it.
          for (int times = 0; times < 50 && !ran.get(); times++) {
            try (SharedMemory memory = SharedMemory.create(16 << 20)) {
              assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, (16 << 20) - 1)).isZero();
            }
          }
          assertThat(ran).isTrue();
        });
  }

  @Test
  void isCreatedByPlainThreadsToo() throws Exception {
    try (SharedMemory memory = SharedMemory.create(1 << 20)) {
      assertThat(memory.size()).isEqualTo(1 << 20);
    }
  }

  @Test
  void nothingIsRememberedOfWhatWasClosed() throws Exception {
    int before = OpenMemory.createdCount();
    for (int i = 0; i < 100; i++) {
      SharedMemory.create(100).close();
    }
    assertThat(OpenMemory.createdCount()).isEqualTo(before);
  }

  @Test
  void aProcessThatEndsLeavesNoFile() throws Exception {
    long pid;
    try (JavaProcess creator =
        JavaProcess.start(
            () -> {
              SharedMemory.create(100);
              SharedEvent.create();
            })) {
      creator.join();
      pid = creator.pid();
      assertThat(creator.exitCode()).hasValue(0);
    }
    try (Stream<Path> files = Files.list(Path.of("/dev/shm"))) {
      assertThat(files.map(Path::toString))
          .noneMatch(each -> each.contains("/loomlet-") && ownerOf(each) == pid);
    }
  }

  private static long ownerOf(String file) {
    String name = Path.of(file).getFileName().toString();
    String identity = name.substring("loomlet-".length(), name.lastIndexOf('-'));
    return ProcessIdentity.pidOf(Long.parseUnsignedLong(identity, 16));
  }

  @Test
  void saysWhatToDoIfThereIsNoRoom() throws Exception {
    int before = OpenMemory.createdCount();
    assertThatThrownBy(() -> SharedMemory.create(1L << 39))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/dev/shm")
        .hasMessageContaining("make it larger");
    assertThat(OpenMemory.createdCount()).isEqualTo(before);
  }

  @Test
  void aProcessHasTheSameMemoryOnce() throws Exception {
    try (SharedMemory memory = SharedMemory.create(100)) {
      assertThat(Resent.of(memory)).isSameAs(memory);
    }
  }
}
