package dev.loomlet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Loop;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every engine's files have to do, below the public API. */
@Timeout(60)
final class FileOperationsTest {
  @TempDir Path directory;

  private static FileHandle open(Path path, StandardOpenOption... options) throws IOException {
    return Loop.current().engine().files().open(path, Set.of(options));
  }

  private static MemorySegment text(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
  }

  @OnEveryEngine
  void whatIsWrittenIsReadFromArraysAndAnyMemory(TestLoop loop) throws Exception {
    Path path = directory.resolve("data");
    loop.run(
        () -> {
          // given
          FileHandle file =
              open(
                  path,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.CREATE_NEW);

          // when
          int written = file.write(text("..hello.."), 2, 5, 3);

          // then
          assertThat(written).isEqualTo(5);
          assertThat(file.size()).isEqualTo(8);
          byte[] array = new byte[10];
          assertThat(file.read(MemorySegment.ofArray(array), 1, 9, 2)).isEqualTo(6);
          assertThat(new String(array, 0, 7, StandardCharsets.UTF_8)).isEqualTo("\0\0hello");
          try (Arena confined = Arena.ofConfined()) {
            MemorySegment memory = confined.allocate(8);
            assertThat(file.read(memory, 3, 5, 3)).isEqualTo(5);
            assertThat(memory.get(ValueLayout.JAVA_BYTE, 7)).isEqualTo((byte) 'o');
            assertThat(file.write(memory, 7, 1, 8)).isEqualTo(1);
          }
          assertThat(file.read(MemorySegment.ofArray(array), 0, 10, 9)).isEqualTo(-1);
          file.truncate(20);
          assertThat(file.size()).isEqualTo(20);
          file.truncate(4);
          file.sync(true);
          assertThat(file.size()).isEqualTo(4);
          file.close();
          assertThat(file.isOpen()).isFalse();
          assertThatThrownBy(file::size)
              .isInstanceOf(IOException.class)
              .hasMessageContaining("closed");
        });
    assertThat(Files.readAllBytes(path)).containsExactly(0, 0, 0, 'h');
  }

  @OnEveryEngine
  void aFileLeftOpenIsClosedWithItsEngine(TestLoop loop) throws Exception {
    FileHandle[] file = new FileHandle[1];
    loop.run(
        () ->
            file[0] =
                open(
                    directory.resolve("left"),
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE));
    assertThat(file[0].isOpen()).isFalse();
  }
}
