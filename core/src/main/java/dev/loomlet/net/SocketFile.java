package dev.loomlet.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The file by which a Unix socket is found: made when it is bound, removed with it. */
final class SocketFile {
  /** Room for a path in the kernel's form, with the zero that ends it (unix(7)). */
  private static final int ROOM = 108;

  private static final int TYPE_MASK = 0170000;
  private static final int TYPE_SOCKET = 0140000;

  private final Path path;

  /** By which it is told from a file that somebody else has put in its place. */
  private final @Nullable Object key;

  private SocketFile(Path path) throws IOException {
    this.path = path.toAbsolutePath();
    this.key = keyOf(path);
  }

  private static @Nullable Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  /** Binds a socket to a path, or connects to it. */
  interface Operation {
    void run() throws IOException;
  }

  /**
   * Makes an address of a path.
   *
   * @throws IllegalArgumentException if it is empty or too long
   */
  static UnixDomainSocketAddress address(Path path) {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length == 0) {
      throw new IllegalArgumentException("the path of a Unix socket must not be empty");
    }
    if (length >= ROOM) {
      throw new IllegalArgumentException(
          "the path of a Unix socket must be shorter than "
              + ROOM
              + " bytes, not "
              + length
              + ": "
              + path);
    }
    return UnixDomainSocketAddress.of(path);
  }

  /**
   * Has a socket take a path.
   *
   * @param probe connects to it, to learn whether somebody is there
   * @throws BindException if there is something already that is not to be replaced
   */
  static SocketFile take(Path path, UnixOptions options, Operation bind, Operation probe)
      throws IOException {
    try {
      bind.run();
    } catch (BindException e) {
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      removeStale(path, options, probe);
      bind.run();
    }
    SocketFile file = new SocketFile(path);
    if (options.mode() != UnixOptions.BY_MASK) {
      // What the mask has taken away is given back.
      Files.setAttribute(path, "unix:mode", options.mode());
    }
    return file;
  }

  private static void removeStale(Path path, UnixOptions options, Operation probe)
      throws IOException {
    if (!options.replaceStale()) {
      throw inUse(
          path,
          "the path exists; remove it if nobody uses it, or use UnixOptions.withReplaceStale");
    }
    int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & TYPE_MASK) != TYPE_SOCKET) {
      throw inUse(path, "it exists and is not a socket");
    }
    Object before = keyOf(path);
    if (!isRefused(probe)) {
      throw inUse(path, "somebody listens there");
    }
    // Somebody else may have replaced it in the meantime.
    if (Objects.equals(before, keyOf(path))) {
      Files.delete(path);
    }
  }

  private static boolean isRefused(Operation probe) {
    try {
      probe.run();
      return false;
    } catch (ConnectException e) {
      return String.valueOf(e.getMessage()).endsWith("refused");
    } catch (IOException e) {
      // A full queue, or another kind of socket: somebody is there.
      return false;
    }
  }

  private static BindException inUse(Path path, String reason) {
    return new BindException("cannot listen on " + path + ": " + reason);
  }

  /** Removes the file, unless it is somebody else's by now. */
  void remove() {
    try {
      if (Objects.equals(key, keyOf(path))) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // It is gone, or the folder is; nobody can be led astray by it.
    }
  }
}
