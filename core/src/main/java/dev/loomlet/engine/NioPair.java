package dev.loomlet.engine;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Two connected channels, which the JDK does not make by itself. */
final class NioPair {
  private NioPair() {}

  /** Connects them by way of a socket in a folder that nobody else may enter. */
  static List<SocketChannel> open() throws IOException {
    Path folder = Files.createTempDirectory("loomlet");
    Path path = folder.resolve("pair");
    SocketChannel first = null;
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path), 1);
      first = SocketChannel.open(UnixDomainSocketAddress.of(path));
      return List.of(first, listener.accept());
    } catch (IOException | RuntimeException | Error e) {
      if (first != null) {
        first.close();
      }
      throw e;
    } finally {
      Files.deleteIfExists(path);
      Files.deleteIfExists(folder);
    }
  }
}
