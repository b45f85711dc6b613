package dev.loomlet.engine;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * Who is at the other end of a Unix socket, as far as the JDK knows: the names of user and group,
 * whose numbers are then looked up, and not the process.
 */
final class NioCredentials {
  private static final Path USERS = Path.of("/etc/passwd");
  private static final Path GROUPS = Path.of("/etc/group");

  private NioCredentials() {}

  static PeerCredentials of(SocketChannel channel) throws IOException {
    UnixDomainPrincipal peer;
    try {
      peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
    } catch (NoClassDefFoundError e) {
      throw new UnsupportedOperationException(
          "the engine nio needs the module jdk.net for credentials (--add-modules jdk.net)", e);
    }
    return new PeerCredentials(
        PeerCredentials.UNKNOWN,
        numberOf(peer.user().getName(), USERS),
        numberOf(peer.group().getName(), GROUPS));
  }

  /** The third field of the line that begins with a name (passwd(5), group(5)). */
  static long numberOf(String name, Path file) throws IOException {
    if (name.chars().allMatch(Character::isDigit)) {
      // The JDK gives the number itself if there is no name.
      return Long.parseLong(name);
    }
    List<String> lines = Files.isReadable(file) ? Files.readAllLines(file) : List.of();
    for (String line : lines) {
      String[] fields = line.split(":", -1);
      if (fields.length > 2 && fields[0].equals(name)) {
        return Long.parseLong(fields[2]);
      }
    }
    throw new UnsupportedOperationException(
        "the engine nio knows the peer as "
            + name
            + " only, whose number is not in "
            + file
            + "; engines of Linux, such as epoll, get it from the kernel");
  }
}
