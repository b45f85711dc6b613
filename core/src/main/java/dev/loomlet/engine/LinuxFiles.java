package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.FileCalls;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files by Linux's system calls on helper threads; what a read finds in the page cache it takes
 * without one. Paths of other file systems than the default one, such as the inside of an archive,
 * are left to the JDK.
 */
class LinuxFiles extends HelperFiles {
  /** The calls of the thread that asks, on helper threads. */
  static final ThreadLocal<FileCalls> BLOCKING = ThreadLocal.withInitial(FileCalls::new);

  private static volatile boolean bound;

  private static final int O_NOFOLLOW = openFlagNoFollow();

  private @Nullable FileCalls now;

  LinuxFiles(LinuxEngine engine) {
    super(engine.context, engine.progress, engine.chunks);
  }

  /**
   * Has a helper thread bind the system calls, once. That takes tens of milliseconds, for which the
   * loop would stand still.
   */
  static void bindCalls() throws IOException {
    if (!bound) {
      HelperThreads.callUncancellably(LinuxFiles.class, BLOCKING::get);
      bound = true;
    }
  }

  private static int openFlagNoFollow() {
    return System.getProperty("os.arch", "").equals("aarch64") ? 0x8000 : 0x20000;
  }

  /** Calls that do not block, on the loop's thread. */
  final FileCalls now() {
    FileCalls own = now;
    if (own == null) {
      own = new FileCalls();
      now = own;
    }
    return own;
  }

  @Override
  public FileHandle open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    int flags = flagsOf(options);
    if (flags < 0 || path.getFileSystem() != FileSystems.getDefault()) {
      return super.open(path, options, attributes);
    }
    int permissions = permissionsOf(attributes);
    if (permissions < 0) {
      return super.open(path, options, attributes);
    }
    int fd = call(() -> openBlocking(path, flags, permissions, options));
    return remember(new LinuxFileHandle(this, path, fd));
  }

  /** Opens a file; on a helper thread. */
  static int openBlocking(Path path, int flags, int permissions, Set<? extends OpenOption> options)
      throws IOException {
    FileCalls calls = BLOCKING.get();
    int fd;
    try (Arena arena = Arena.ofConfined()) {
      do {
        fd = calls.open(FileCalls.bytesOf(path, arena), flags, permissions);
      } while (fd == -Errno.EINTR);
    }
    if (fd == -Errno.ENXIO) {
      throw FileFailure.unseekable(path);
    }
    if (fd < 0) {
      throw FileFailure.of(path, -fd);
    }
    calls.status(fd);
    int kind = calls.mode() & FileCalls.S_IFMT;
    if (kind != FileCalls.S_IFREG && kind != FileCalls.S_IFDIR && !calls.isSeekable(fd)) {
      SystemCalls.close(fd);
      throw FileFailure.unseekable(path);
    }
    if (options.contains(StandardOpenOption.DELETE_ON_CLOSE)) {
      // As the JDK does it: the file lives on without a name until its descriptor is closed.
      Files.deleteIfExists(path);
    }
    return fd;
  }

  /**
   * What open(2) is told.
   *
   * @return negative if only the JDK knows one of the options
   */
  static int flagsOf(Set<? extends OpenOption> options) {
    boolean append = options.contains(StandardOpenOption.APPEND);
    boolean write = append || options.contains(StandardOpenOption.WRITE);
    boolean read = !write || options.contains(StandardOpenOption.READ);
    // Does nothing to files; keeps a FIFO from holding up the helper.
    int flags = FileCalls.O_CLOEXEC | FileCalls.O_NOCTTY | FileCalls.O_NONBLOCK;
    flags |= read && write ? FileCalls.O_RDWR : write ? FileCalls.O_WRONLY : FileCalls.O_RDONLY;
    for (OpenOption option : options) {
      if (option == LinkOption.NOFOLLOW_LINKS) {
        flags |= O_NOFOLLOW;
      } else if (option instanceof StandardOpenOption standard) {
        flags |= flagOf(standard, append, write);
      } else {
        return -1;
      }
    }
    if (options.contains(StandardOpenOption.DELETE_ON_CLOSE)) {
      flags |= O_NOFOLLOW;
    }
    return flags;
  }

  private static int flagOf(StandardOpenOption option, boolean append, boolean write) {
    return switch (option) {
      case READ -> {
        if (append) {
          throw new IllegalArgumentException("READ and APPEND do not go together");
        }
        yield 0;
      }
      case WRITE, DELETE_ON_CLOSE, SPARSE -> 0;
      case APPEND -> FileCalls.O_APPEND;
      case TRUNCATE_EXISTING -> {
        if (append) {
          throw new IllegalArgumentException("APPEND and TRUNCATE_EXISTING do not go together");
        }
        yield write ? FileCalls.O_TRUNC : 0;
      }
      case CREATE -> write ? FileCalls.O_CREAT : 0;
      case CREATE_NEW -> write ? FileCalls.O_CREAT | FileCalls.O_EXCL : 0;
      case SYNC -> FileCalls.O_SYNC;
      case DSYNC -> FileCalls.O_DSYNC;
    };
  }

  /**
   * The permissions of a new file.
   *
   * @return negative if only the JDK knows one of the attributes
   */
  @SuppressWarnings("unchecked") // the attribute's name says what its value is
  static int permissionsOf(FileAttribute<?>... attributes) {
    int permissions = 0666;
    for (FileAttribute<?> each : attributes) {
      if (!each.name().equals("posix:permissions")) {
        return -1;
      }
      permissions = bitsOf(PosixFilePermissions.toString((Set<PosixFilePermission>) each.value()));
    }
    return permissions;
  }

  /** The bits of permissions that are written like rwxr-xr-x. */
  private static int bitsOf(String text) {
    int bits = 0;
    for (int i = 0; i < text.length(); i++) {
      bits = bits << 1 | (text.charAt(i) == '-' ? 0 : 1);
    }
    return bits;
  }
}
