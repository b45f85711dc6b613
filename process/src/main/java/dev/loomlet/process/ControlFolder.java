package dev.loomlet.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the control sockets of a user's processes are: a folder that only its owner may enter. It
 * is not used if somebody else owns it or could enter it, as may be in {@code /tmp}.
 */
final class ControlFolder {
  /** Names another folder, or with {@code off} that there are to be no sockets. */
  static final String VARIABLE = "LOOMLET_CONTROL";

  private static final String OFF = "off";
  private static final String SOCKET = ".sock";

  /** A socket, and the process that it belongs to, as {@link ProcessIdentity} has it. */
  record Entry(long identity, Path socket) {
    long pid() {
      return ProcessIdentity.pidOf(identity);
    }
  }

  private ControlFolder() {}

  /** Where it is or would be; null if there are to be no sockets. */
  static @Nullable Path path() {
    String wanted = System.getenv(VARIABLE);
    if (wanted != null && !wanted.isEmpty()) {
      return wanted.equals(OFF) ? null : Path.of(wanted).toAbsolutePath();
    }
    String runtime = System.getenv("XDG_RUNTIME_DIR");
    if (runtime != null && runtime.startsWith("/") && Files.isDirectory(Path.of(runtime))) {
      return Path.of(runtime, "loomlet");
    }
    return Path.of("/tmp", "loomlet-" + System.getProperty("user.name", ""));
  }

  /** The path for this process's socket, in a folder that was made if need be; null for none. */
  static @Nullable Path ownSocket() throws IOException {
    Path folder = path();
    if (folder == null) {
      return null;
    }
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return isPrivate(folder)
        ? folder.resolve(Long.toHexString(ProcessIdentity.own()) + SOCKET)
        : null;
  }

  /** The user that a file belongs to. */
  static String ownerOf(Path file) throws IOException {
    return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName();
  }

  private static boolean isPrivate(Path folder) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return attributes.isDirectory()
        && PosixFilePermissions.toString(attributes.permissions()).endsWith("------")
        && attributes.owner().getName().equals(ownerOf(Path.of("/proc/self")));
  }

  /** The sockets of processes that are alive. Removes those of others. */
  static List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    Path folder = path();
    if (folder == null || !Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return entries;
    }
    if (!isPrivate(folder)) {
      throw new IOException(
          folder
              + " does not belong to this user alone, so it is not used; remove it, or name another"
              + " folder by "
              + VARIABLE);
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + SOCKET)) {
      for (Path each : all) {
        long identity = identityOf(each);
        if (identity != 0 && ProcessIdentity.isAlive(identity)) {
          entries.add(new Entry(identity, each));
        } else {
          Files.deleteIfExists(each);
        }
      }
    }
    return entries;
  }

  /** 0 for none. */
  private static long identityOf(Path socket) {
    String name = socket.getFileName().toString();
    try {
      return Long.parseUnsignedLong(name.substring(0, name.length() - SOCKET.length()), 16);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
