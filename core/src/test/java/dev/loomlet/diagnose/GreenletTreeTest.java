package dev.loomlet.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Loomlet;
import dev.loomlet.TaskGroup;
import dev.loomlet.sync.Mutex;
import dev.loomlet.testing.TestLoop;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class GreenletTreeTest {

  private static String print() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Loomlet.printTree(new PrintStream(text, true));
    return text.toString();
  }

  @Test
  void showsWhoSpawnedWhomAndWhatEachDoes() throws Exception {
    Loomlet.run(
        TestLoop.standard().options().withName("forest"),
        () -> {
          // given
          Mutex mutex = new Mutex("axe");
          mutex.lock();
          CountDownLatch latch = new CountDownLatch(1);
          Loomlet.spawn(
              "parent",
              () -> {
                Loomlet.spawn("child", mutex::lock);
                Loomlet.yield();
                Loomlet.spawn("ready", () -> {});
                latch.await();
              });
          TaskGroup.run(
              group -> {
                group.spawn("member", () -> Loomlet.sleep(60_000));
                Loomlet.yield();
                Loomlet.yield();

                // when
                String tree = print();

                // then
                assertThat(tree.lines().filter(line -> line.contains("\"")).map(String::strip))
                    .containsSubsequence(
                        "\"main\" runs",
                        "| \"parent\" waits for java.util.concurrent.CountDownLatch@" + hash(tree),
                        "|   | \"child\" waits for " + mutex,
                        "|   | \"ready\" is ready",
                        "| \"member\" sleeps; in a task group of \"main\"");
                assertThat(tree)
                    .contains("forest on thread \"", "running, greenlets: 5")
                    .containsPattern(
                        "\"main\" runs\\n( +at .*\\n)* +at .*GreenletTreeTest.print\\(")
                    .containsPattern(
                        "\"parent\" .*\\n( +\\| +at .*\\n)* +\\| +at .*GreenletTreeTest.lambda");
                group.cancel();
              });
        });
  }

  /** What the number of the latch's inner object is. */
  private static String hash(String tree) {
    int at = tree.indexOf("CountDownLatch@") + "CountDownLatch@".length();
    return tree.substring(at, tree.indexOf('\n', at));
  }

  private static String onceMainWaits() {
    String tree = GreenletTree.text();
    while (!tree.contains("\"main\" waits for ")) {
      tree = GreenletTree.text();
    }
    return tree;
  }

  @Test
  void isMadeFromAnyThread() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // when
              CompletableFuture<String> tree =
                  CompletableFuture.supplyAsync(GreenletTreeTest::onceMainWaits);

              // then
              assertThat(tree.get()).contains("\"main\" waits for ");
            });
  }
}
