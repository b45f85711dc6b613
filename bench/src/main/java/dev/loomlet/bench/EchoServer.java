package dev.loomlet.bench;

import java.util.List;

/**
 * A server that can take part in the comparison, or the reason why it cannot.
 *
 * @param name as in {@link BenchOptions#peers}
 * @param jvm whether it needs time to be compiled
 * @param command what starts it; empty if it is not there
 * @param missing why it is not there and how to get it; empty if it is
 */
record EchoServer(String name, boolean jvm, List<String> command, String missing) {

  static EchoServer of(String name, boolean jvm, List<String> command) {
    return new EchoServer(name, jvm, command, "");
  }

  static EchoServer missing(String name, String why) {
    return new EchoServer(name, false, List.of(), why);
  }
}
