package dev.loomlet.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TitleTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/// A server, as fast as C.\n///\n/// More. And more.\nvoid main() {}",
        "/// A server, as fast as C. More.\nvoid main() {}",
        "/** A server, as fast as C. */\nclass P {}",
        "/**\n * A server,\n * as fast as C.\n *\n * <p>More.\n */\nclass P {}",
        "// A server, as fast as C\nimport java.util.*;\nvoid main() {}",
        "#!/usr/bin/env loomlet\n\n/* A server, as fast as C */\nvoid main() {}",
      })
  void itIsTheFirstSentenceOfTheFirstComment(String source) {
    assertThat(Title.of(source.lines().toList())).isEqualTo("A server, as fast as C");
  }

  @Test
  void codeWithoutACommentHasNone() {
    assertThat(Title.of("void main() {}\n// no title".lines().toList())).isEmpty();
  }
}
