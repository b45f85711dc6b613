package dev.loomlet.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessorsTest {
  @Test
  void rangesOfProcessorsAreUnderstood() {
    assertThat(Processors.parse("0-2,5,7-8")).containsExactly(0, 1, 2, 5, 7, 8);
    assertThat(Processors.parse("")).isEmpty();
  }
}
