package dev.loomlet.cli.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EchoLineTest {
  @Test
  void linesDifferByClientAndNumberAndTheExpectedIsTheRequestInCapitals() {
    Set<String> seen = new HashSet<>();
    for (int client : new int[] {0, 1, 10, 999_999}) {
      EchoLine line = new EchoLine(client);
      for (int i = 0; i < 1100; i++) {
        line.next();
        String request = new String(line.request(), US_ASCII);
        assertThat(request).hasSize(EchoLine.LENGTH).endsWith("\n");
        assertThat(new String(line.expected(), US_ASCII))
            .isEqualTo(request.toUpperCase(Locale.ROOT));
        assertThat(seen.add(request)).as(request).isTrue();
      }
    }
  }
}
