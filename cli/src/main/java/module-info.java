/** The {@code loomlet} command. */
module dev.loomlet.cli {
  requires dev.loomlet;
  requires dev.loomlet.agent;
  requires dev.loomlet.bench;
  requires dev.loomlet.dns;
  requires dev.loomlet.process;
  requires dev.loomlet.sim;
  requires info.picocli;
  requires java.compiler;
  requires jdk.compiler;
  requires jdk.management;
  requires HdrHistogram;
  requires static org.jspecify;

  // Commands are filled in by reflection.
  opens dev.loomlet.cli to
      info.picocli;
}
