package dev.loomlet.compat;

import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.agent.Patch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Reads lines by JLine while a thousand others go on; a program of its own, since a terminal is a
 * process's.
 *
 * <p>At each of the first lines it says when all the others have had a turn since it began to read,
 * so that whoever types can wait for that.
 */
final class ReadsTerminal {
  /** How many lines are typed one by one. */
  static final int TYPED = 5;

  /** How many come at once, after that. */
  static final int PASTED = 300;

  private ReadsTerminal() {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals("loop")) {
      Patch.all();
      Steps[] steps = new Steps[1];
      Loomlet.run(
          LoopOptions.defaults().withPolicy(() -> steps[0] = new Steps()),
          () -> read(() -> steps[0].forget()));
      System.out.println("longest step " + steps[0].longestNanos() / 1_000 + " us");
    } else {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  read(() -> {});
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              })
          .join();
    }
  }

  /** The program; knows nothing of Loomlet. */
  private static void read(Runnable warm) throws Exception {
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(false).build();
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      LineReader reader = LineReaderBuilder.builder().terminal(terminal).build();
      for (int i = 0; i < TYPED; i++) {
        Future<?> others = executor.submit(() -> takeTurns(executor, reader));
        String line = reader.readLine("> ");
        others.get();
        terminal.writer().println("got " + line);
      }
      List<Future<?>> others = new ArrayList<>();
      for (int i = 0; i < Proof.CALLS; i++) {
        others.add(executor.submit(ReadsTerminal::goOn));
      }
      int right = 0;
      for (int i = 0; i < PASTED; i++) {
        if (i == PASTED / 2) {
          warm.run();
        }
        if (reader.readLine("> ").equals("line " + i)) {
          right++;
        }
      }
      others.forEach(each -> each.cancel(true));
      terminal.writer().println("of the pasted " + right + " are right");
    }
  }

  private static void takeTurns(ExecutorService executor, LineReader reader) {
    CountDownLatch all = new CountDownLatch(Proof.CALLS);
    for (int i = 0; i < Proof.CALLS; i++) {
      executor.submit(
          () -> {
            Thread.sleep(10);
            all.countDown();
            return null;
          });
    }
    try {
      all.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    reader.printAbove("all have had their turn");
  }

  private static void goOn() {
    try {
      while (true) {
        Thread.sleep(100);
      }
    } catch (InterruptedException e) {
      // The lines are read.
    }
  }
}
