/**
 * Loomlet's core: loops, greenlets, sockets and files.
 *
 * <p>A {@link dev.loomlet.Loop} runs {@linkplain dev.loomlet.Greenlet greenlets} on one thread and
 * switches at every wait. Needs {@code --add-opens java.base/java.lang=dev.loomlet} (or {@code
 * =ALL-UNNAMED} on the class path) and {@code --enable-native-access}.
 */
@SuppressWarnings("module") // those named below are compiled after this
module dev.loomlet {
  requires jdk.unsupported;
  requires static jdk.net;
  requires static org.jspecify;

  exports dev.loomlet;
  exports dev.loomlet.diagnose;
  exports dev.loomlet.engine;
  exports dev.loomlet.file;
  exports dev.loomlet.io;
  exports dev.loomlet.net;
  exports dev.loomlet.queue;
  exports dev.loomlet.sched;
  exports dev.loomlet.sync;
  exports dev.loomlet.time;

  // What patches the JDK needs the loop behind a thread, and the way into a running JVM; a
  // simulation names greenlets, and ends those of a machine that crashes.
  exports dev.loomlet.jdk to
      dev.loomlet.agent,
      dev.loomlet.process,
      dev.loomlet.sim;
  exports dev.loomlet.wait to
      dev.loomlet.agent,
      dev.loomlet.process,
      dev.loomlet.sim;

  // Files that can be made again.
  exports dev.loomlet.cache to
      dev.loomlet.cli,
      dev.loomlet.process;

  // Child processes are the kernel's affair.
  exports dev.loomlet.linux to
      dev.loomlet.process;

  uses dev.loomlet.net.NameResolver;
}
