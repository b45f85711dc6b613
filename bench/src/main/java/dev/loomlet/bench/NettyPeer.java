package dev.loomlet.bench;

import java.nio.file.Files;

/** Whether Netty is there to be measured against. */
final class NettyPeer {
  static final String MISSING =
      "no jars of Netty in " + Home.peerJars() + "; mvn package puts them there";

  private NettyPeer() {}

  static boolean isInReach() {
    return Files.isDirectory(Home.peerJars())
        || System.getProperty("java.class.path").contains("netty-transport");
  }
}
