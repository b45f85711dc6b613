/**
 * Child JVMs, pools of them, and messages between them: multiprocessing for Java.
 *
 * <p>Linux only, and needs {@code --enable-native-access}, as the core does.
 */
module dev.loomlet.process {
  requires transitive dev.loomlet;
  requires java.management;
  requires jdk.net;
  requires static org.apache.fory.core;
  requires static org.jspecify;

  exports dev.loomlet.process;
}
