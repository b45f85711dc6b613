package dev.loomlet.agent;

import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What blocks on files, and is done on a helper thread. */
final class FilePoints {
  private static final String OLD = "java.io.UnixFileSystem";
  private static final String NEW = "sun.nio.fs.UnixNativeDispatcher";
  private static final String CHANNEL = "sun.nio.ch.FileChannelImpl";
  private static final String PATH = "Lsun/nio/fs/UnixPath;";
  private static final String ATTRIBUTES = "Lsun/nio/fs/UnixFileAttributes;";
  private static final String FD = "Ljava/io/FileDescriptor;";
  private static final String FILE = "Ljava/io/File;";
  private static final String OPEN = "opening waits for the disk, or for the other end of a FIFO";

  private static final List<ElsewherePoint> ELSEWHERE = elsewhere();

  static final List<PatchPoint> ALL =
      Stream.concat(ELSEWHERE.stream().map(ElsewherePoint::point), Stream.of(lock())).toList();

  private FilePoints() {}

  /** Makes the methods known that are to be called on helper threads. */
  static void link() {
    Elsewhere.link(ELSEWHERE);
  }

  private static PatchPoint lock() {
    return new PatchPoint(
        Set.of(Topic.FILES),
        CHANNEL,
        "lock",
        "(JJZ)Ljava/nio/channels/FileLock;",
        "waits for another process, on a helper thread that an interrupt reaches",
        code -> {
          Label goOn = code.newLabel();
          Label nothingDone = code.newLabel();
          ElsewherePoint.unlessVirtual(code, goOn);
          code.aload(0).lload(1).lload(3).iload(5);
          HookMethod.LOCK.call(code);
          code.dup()
              .ifnull(nothingDone)
              .checkcast(ClassDesc.of("java.nio.channels.FileLock"))
              .areturn()
              .labelBinding(nothingDone)
              .pop()
              .labelBinding(goOn);
        });
  }

  private static List<ElsewherePoint> elsewhere() {
    Points points = new Points();
    points.on("java.io.FileInputStream", false, OPEN).add("open", "(Ljava/lang/String;)V");
    points.on("java.io.FileOutputStream", false, OPEN).add("open", "(Ljava/lang/String;Z)V");
    points
        .on("java.io.RandomAccessFile", false, OPEN)
        .add("open", "(Ljava/lang/String;I)V")
        .because("changes the file")
        .add("setLength", "(J)V");
    points
        .on("java.io.FileDescriptor", false, "waits until the disk has everything")
        .add("sync", "()V");
    points
        .on("sun.nio.ch.UnixFileDispatcherImpl", false, "reads or writes several buffers")
        .add("readv", "(" + FD + "JI)J")
        .add("writev", "(" + FD + "JI)J")
        .because("waits until the disk has everything")
        .add("force", "(" + FD + "Z)I")
        .because("changes the file")
        .add("truncate", "(" + FD + "J)I");
    points
        .on("sun.nio.ch.FileDispatcherImpl", false, "copies what may not be cached")
        .add("transferTo", "(" + FD + "JJ" + FD + "Z)J")
        .add("transferFrom", "(" + FD + FD + "JJZ)J");
    points
        .on("sun.nio.fs.LinuxFileSystem", false, "copies what may not be cached")
        .add("directCopy", "(IIJ)I")
        .add("bufferedCopy", "(IIJIJ)V");
    points
        .on(OLD, false, "a call on a path waits for the disk")
        .add("canonicalize", "(Ljava/lang/String;)Ljava/lang/String;")
        .add("getBooleanAttributes", "(" + FILE + ")I")
        .add("hasBooleanAttributes", "(" + FILE + "I)Z")
        .add("checkAccess", "(" + FILE + "I)Z")
        .add("getLastModifiedTime", "(" + FILE + ")J")
        .add("getLength", "(" + FILE + ")J")
        .add("setPermission", "(" + FILE + "IZZ)Z")
        .add("createFileExclusively", "(Ljava/lang/String;)Z")
        .add("delete", "(" + FILE + ")Z")
        .add("list", "(" + FILE + ")[Ljava/lang/String;")
        .add("createDirectory", "(" + FILE + ")Z")
        .add("rename", "(" + FILE + FILE + ")Z")
        .add("setLastModifiedTime", "(" + FILE + "J)Z")
        .add("setReadOnly", "(" + FILE + ")Z")
        .add("getSpace", "(" + FILE + "I)J");
    points
        .on(NEW, true, OPEN)
        .add("open", "(" + PATH + "II)I")
        .add("openat", "(I[BII)I")
        .because("a call on a path waits for the disk")
        .add("link", "(" + PATH + PATH + ")V")
        .add("unlink", "(" + PATH + ")V")
        .add("unlinkat", "(I[BI)V")
        .add("mknod", "(" + PATH + "IJ)V")
        .add("rename", "(" + PATH + PATH + ")V")
        .add("renameat", "(I[BI[B)V")
        .add("mkdir", "(" + PATH + "I)V")
        .add("rmdir", "(" + PATH + ")V")
        .add("readlink", "(" + PATH + ")[B")
        .add("realpath", "(" + PATH + ")[B")
        .add("symlink", "([B" + PATH + ")V")
        .add("stat", "(" + PATH + ATTRIBUTES + ")V")
        .add("stat2", "(" + PATH + ATTRIBUTES + ")I")
        .add("lstat", "(" + PATH + ATTRIBUTES + ")V")
        .add("fstatat", "(I[BI" + ATTRIBUTES + ")V")
        .add("chown", "(" + PATH + "II)V")
        .add("lchown", "(" + PATH + "II)V")
        .add("chmod", "(" + PATH + "I)V")
        .add("fchmodat", "(I" + PATH + "II)V")
        .add("utimensat", "(I" + PATH + "JJI)V")
        .add("access", "(" + PATH + "I)I")
        .add("statvfs", "(" + PATH + "Lsun/nio/fs/UnixFileStoreAttributes;)V")
        .because("changes the file")
        .add("fchown", "(III)V")
        .add("fchmod", "(II)V")
        .add("futimens", "(IJJ)V")
        .because("copies what may not be cached")
        .add("read", "(IJI)I")
        .add("write", "(IJI)I")
        .because("reads a folder")
        .add("opendir", "(" + PATH + ")J")
        .add("readdir", "(J)[B")
        .because("the system's list of users may be elsewhere")
        .add("getpwnam", "(Ljava/lang/String;)I")
        .add("getgrnam", "(Ljava/lang/String;)I");
    return List.copyOf(points.list);
  }

  /** Collects points. */
  private static final class Points {
    final List<ElsewherePoint> list = new ArrayList<>();
    private String className = "";
    private String reason = "";
    private boolean isStatic;

    Points on(String type, boolean itsMethodsAreStatic, String why) {
      className = type;
      isStatic = itsMethodsAreStatic;
      reason = why;
      return this;
    }

    Points because(String why) {
      reason = why;
      return this;
    }

    Points add(String method, String descriptor) {
      list.add(new ElsewherePoint(list.size(), className, method, descriptor, reason, isStatic));
      return this;
    }
  }
}
