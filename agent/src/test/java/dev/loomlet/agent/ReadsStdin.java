package dev.loomlet.agent;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;

/** Reads a byte from standard input while another greenlet runs. */
final class ReadsStdin {
  private ReadsStdin() {}

  public static void main(String[] args) throws Exception {
    Loomlet.run(
        () -> {
          Greenlet<Integer> reader = Loomlet.spawn(() -> System.in.read());
          Loomlet.sleep(5);
          StringBuilder said = new StringBuilder("ticked, read " + reader.get() + ", ");
          for (PatchReport.Entry each : Patch.report().topics()) {
            said.append(each.patched() ? each.topic() + " " : "");
          }
          System.out.println(said);
        });
  }
}
