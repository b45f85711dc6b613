package dev.loomlet.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class MemoryHoldTest {
  @Test
  void isPossibleOnThisJdk() {
    assertThat(MemoryHold.isPossible()).isTrue();
  }

  @Test
  void anArenaIsNotClosedBeforeAllHaveLetGo() {
    for (Arena arena : new Arena[] {Arena.ofShared(), Arena.ofConfined()}) {
      // given
      MemorySegment segment = arena.allocate(10);
      MemoryHold.hold(segment);
      MemoryHold.hold(segment.asSlice(5));

      // then
      assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class);
      MemoryHold.letGo(segment);
      assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class);
      MemoryHold.letGo(segment);
      assertThatCode(arena::close).doesNotThrowAnyException();
    }
  }

  @Test
  void memoryOfAClosedArenaCannotBeHeld() {
    Arena arena = Arena.ofShared();
    MemorySegment segment = arena.allocate(10);
    arena.close();

    assertThatThrownBy(() -> MemoryHold.hold(segment))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void memoryThatNobodyClosesMayBeHeldToo() {
    for (MemorySegment segment :
        new MemorySegment[] {
          Arena.ofAuto().allocate(10),
          Arena.global().allocate(10),
          MemorySegment.ofBuffer(ByteBuffer.allocateDirect(10))
        }) {
      assertThatCode(
              () -> {
                MemoryHold.hold(segment);
                MemoryHold.letGo(segment);
              })
          .doesNotThrowAnyException();
    }
  }
}
