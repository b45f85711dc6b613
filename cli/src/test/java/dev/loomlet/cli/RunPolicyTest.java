package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunPolicyTest {
  /** Three greenlets that yield; what each step says shows who ran when. */
  private static final String YIELDS =
      """
      import dev.loomlet.Greenlet;
      import dev.loomlet.Loomlet;
      import dev.loomlet.sched.Attributes;
      void main() throws Exception {
        var order = new StringBuilder();
        var all = new ArrayList<Greenlet<?>>();
        for (int i = 0; i < 3; i++) {
          var name = "abc".substring(i, i + 1);
          var each = Greenlet.of(() -> {
            for (int k = 0; k < 4; k++) {
              order.append(name);
              Loomlet.yield();
            }
          });
          all.add(each.attributes(Attributes.defaults().withPriority(i)));
          each.start();
        }
        Loomlet.joinAll(all);
        IO.println(order);
      }
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "fifo, abcabcabcabc",
    "priority, ccccbbbbaaaa",
    // Nobody has used up the quantum, so a yield returns at once.
    "rr, aaaabbbbcccc",
  })
  void aPolicyDecidesWhoRunsNextAlsoWhileFiguresAreKept(String policy, String order)
      throws Exception {
    String file = Sources.write(folder, "Yields", YIELDS);

    Completed run = InChildJvm.loomlet("run", "--policy", policy, file);
    Completed counted = InChildJvm.loomlet("run", "--stats", "--policy=" + policy, file);

    assertThat(run).isEqualTo(new Completed(0, order + "\n", "", null));
    assertThat(counted.out()).isEqualTo(order + "\n");
    assertThat(counted.err()).contains("4 greenlets");
  }

  @Test
  void aSeedGivesTheSameOrderAgainAndAnotherSeedAnotherOne() throws Exception {
    String file = Sources.write(folder, "Yields", YIELDS);

    List<String> orders = new ArrayList<>();
    for (String policy : List.of("random:1", "random:1", "random:2", "random:3")) {
      Completed run = InChildJvm.loomlet("run", "--policy", policy, file);
      assertThat(run.exitCode()).isZero();
      orders.add(run.out());
    }

    assertThat(orders.get(1)).isEqualTo(orders.get(0));
    assertThat(orders.subList(2, 4)).anyMatch(each -> !each.equals(orders.get(0)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fair | there is no policy 'fair'; choose one of fifo, priority, sjf, rr, mlfq, edf,"
            + " lottery, random, pct",
        "rr:5 | policy 'rr' takes no seed; those that do are lottery, random, pct",
        "random:x | a seed is a whole number, not 'x', as in random:42",
      })
  void aPolicyThatThereIsNotIsWrongUse(String policy, String message) throws Exception {
    String file = Sources.write(folder, "P", "void main() {}");

    assertThat(InThisJvm.loomlet("run", "--policy", policy, file))
        .isEqualTo(new Completed(2, "", "loomlet: --policy: " + message + "\n", null));
  }
}
