/**
 * Makes blocking code of the JDK cooperative that knows nothing of Loomlet.
 *
 * <p>As {@code -javaagent:loomlet-agent.jar}, or by {@link dev.loomlet.agent.Patch}.
 */
@SuppressWarnings("module") // the command is compiled after this
module dev.loomlet.agent {
  requires transitive dev.loomlet;
  requires java.instrument;
  requires static org.jspecify;

  exports dev.loomlet.agent;

  // The command finds programs in other ways, and runs them in the same one.
  exports dev.loomlet.agent.program to
      dev.loomlet.cli;
}
