package dev.loomlet.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class LayoutTest {

  @Test
  void packsEpollEventsOnX86Only() {
    assertThat(Layout.of("amd64")).isEqualTo(Layout.of("x86_64"));
    assertThat(Layout.of("amd64").epollEventSize()).isEqualTo(12);
    assertThat(Layout.of("amd64").epollDataOffset()).isEqualTo(4);
    assertThat(Layout.of("aarch64").epollEventSize()).isEqualTo(16);
    assertThat(Layout.of("aarch64").epollDataOffset()).isEqualTo(8);
  }

  @Test
  void namesTheProcessorThatItDoesNotKnow() {
    assertThatThrownBy(() -> Layout.of("riscv64"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("riscv64");
  }
}
