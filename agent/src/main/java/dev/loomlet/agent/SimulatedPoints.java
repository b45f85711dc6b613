package dev.loomlet.agent;

import static java.lang.constant.ConstantDescs.INIT_NAME;

import java.lang.classfile.CodeBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Where code of a simulation would leave it, and is refused. */
final class SimulatedPoints {
  private static final String CHANNEL = "a channel of the machine's network";
  private static final String PROCESS = "a child process";
  private static final String FILE = "Ljava/io/File;";
  private static final String PATH = "Ljava/nio/file/Path;";
  private static final String ATTRIBUTES = "[Ljava/nio/file/attribute/FileAttribute;";
  private static final String LINKS = "[Ljava/nio/file/LinkOption;";
  private static final String CHANNELS = "Ljava/nio/channels/";
  private static final String GROUP = CHANNELS + "AsynchronousChannelGroup;";
  private static final String TASK = "Ljava/util/concurrent/ForkJoinTask;";

  static final List<PatchPoint> ALL = all();

  private final List<PatchPoint> list = new ArrayList<>();

  private SimulatedPoints() {}

  private static List<PatchPoint> all() {
    SimulatedPoints points = new SimulatedPoints();
    points.addLocalHost();
    points.addStreams();
    points.addPaths();
    points.addChannels();
    points.addThreads();
    return List.copyOf(points.list);
  }

  private void add(
      String type, String method, String descriptor, String why, PatchPoint.Prefix prefix) {
    list.add(new PatchPoint(Set.of(), type, method, descriptor, why, prefix));
  }

  private void file(String type, String method, String descriptor) {
    add(
        type,
        method,
        descriptor,
        "a file of the machine is outside of a simulation",
        code -> HookMethod.USES_FILE.call(code));
  }

  private void refused(String type, String method, String descriptor, String what) {
    add(
        type,
        method,
        descriptor,
        what + " is outside of a simulation",
        code -> {
          code.loadConstant(what);
          HookMethod.LEAVES.call(code);
        });
  }

  private void addLocalHost() {
    add(
        "java.net.InetAddress",
        "getLocalHost",
        "()Ljava/net/InetAddress;",
        "the host is that of the simulation",
        code -> PatchPoints.returnFound(code, HookMethod.LOCAL_HOST, "java.net.InetAddress"));
  }

  private void addStreams() {
    file("java.io.FileInputStream", INIT_NAME, "(" + FILE + ")V");
    file("java.io.FileOutputStream", INIT_NAME, "(" + FILE + "Z)V");
    file("java.io.RandomAccessFile", INIT_NAME, "(" + FILE + "Ljava/lang/String;Z)V");
    add(
        "java.io.FileInputStream",
        INIT_NAME,
        "(Ljava/io/FileDescriptor;)V",
        "standard input is outside of a simulation",
        code -> {
          code.aload(1);
          HookMethod.OPENS.call(code);
        });
    String file = "java.io.File";
    for (String each :
        List.of(
            "exists",
            "canRead",
            "canWrite",
            "canExecute",
            "isDirectory",
            "isFile",
            "isHidden",
            "createNewFile",
            "delete",
            "mkdir",
            "setReadOnly")) {
      file(file, each, "()Z");
    }
    for (String each :
        List.of("lastModified", "length", "getTotalSpace", "getFreeSpace", "getUsableSpace")) {
      file(file, each, "()J");
    }
    for (String each : List.of("setWritable", "setReadable", "setExecutable")) {
      file(file, each, "(ZZ)Z");
    }
    file(file, "deleteOnExit", "()V");
    file(file, "normalizedList", "()[Ljava/lang/String;");
    file(file, "list", "()[Ljava/lang/String;");
    file(file, "createTempFile", "(Ljava/lang/String;Ljava/lang/String;" + FILE + ")" + FILE);
    file(file, "renameTo", "(" + FILE + ")Z");
    file(file, "setLastModified", "(J)Z");
    file(file, "getCanonicalPath", "()Ljava/lang/String;");
  }

  private void addPaths() {
    String files = "sun.nio.fs.UnixFileSystemProvider";
    String options = "Ljava/util/Set;";
    file(
        files,
        "newFileChannel",
        "(" + PATH + options + ATTRIBUTES + ")" + CHANNELS + "FileChannel;");
    file(
        files,
        "newAsynchronousFileChannel",
        "("
            + PATH
            + options
            + "Ljava/util/concurrent/ExecutorService;"
            + ATTRIBUTES
            + ")"
            + CHANNELS
            + "AsynchronousFileChannel;");
    file(
        files,
        "newByteChannel",
        "(" + PATH + options + ATTRIBUTES + ")" + CHANNELS + "SeekableByteChannel;");
    file(
        files,
        "newDirectoryStream",
        "(" + PATH + "Ljava/nio/file/DirectoryStream$Filter;)Ljava/nio/file/DirectoryStream;");
    file(files, "implDelete", "(" + PATH + "Z)Z");
    for (String each : List.of("copy", "move")) {
      file(files, each, "(" + PATH + PATH + "[Ljava/nio/file/CopyOption;)V");
    }
    file(files, "checkAccess", "(" + PATH + "[Ljava/nio/file/AccessMode;)V");
    for (String each : List.of("isReadable", "isWritable", "isExecutable", "isHidden")) {
      file(files, each, "(" + PATH + ")Z");
    }
    file(files, "exists", "(" + PATH + LINKS + ")Z");
    file(files, "isSameFile", "(" + PATH + PATH + ")Z");
    file(files, "getFileStore", "(" + PATH + ")Ljava/nio/file/FileStore;");
    file(files, "createDirectory", "(" + PATH + ATTRIBUTES + ")V");
    file(files, "createSymbolicLink", "(" + PATH + PATH + ATTRIBUTES + ")V");
    file(files, "createLink", "(" + PATH + PATH + ")V");
    file(files, "readSymbolicLink", "(" + PATH + ")" + PATH);
    file(
        files,
        "readAttributesIfExists",
        "("
            + PATH
            + "Ljava/lang/Class;"
            + LINKS
            + ")Ljava/nio/file/attribute/BasicFileAttributes;");
    // Those of Linux are asked first; the others get here from them.
    String ofLinux = "sun.nio.fs.LinuxFileSystemProvider";
    file(
        ofLinux,
        "readAttributes",
        "("
            + PATH
            + "Ljava/lang/Class;"
            + LINKS
            + ")Ljava/nio/file/attribute/BasicFileAttributes;");
    file(
        ofLinux,
        "getFileAttributeView",
        "(" + PATH + "Ljava/lang/Class;" + LINKS + ")Ljava/nio/file/attribute/FileAttributeView;");
    file(
        ofLinux,
        "getFileAttributeView",
        "(" + PATH + "Ljava/lang/String;" + LINKS + ")Lsun/nio/fs/DynamicFileAttributeView;");
    file("sun.nio.fs.UnixPath", "toRealPath", "(" + LINKS + ")" + PATH);
    file("sun.nio.fs.LinuxFileSystem", "newWatchService", "()Ljava/nio/file/WatchService;");
  }

  private void addChannels() {
    String asynchronous = "sun.nio.ch.LinuxAsynchronousChannelProvider";
    String socket = CHANNELS + "AsynchronousSocketChannel;";
    String server = CHANNELS + "AsynchronousServerSocketChannel;";
    refused(asynchronous, "openAsynchronousSocketChannel", "(" + GROUP + ")" + socket, CHANNEL);
    refused(
        asynchronous, "openAsynchronousServerSocketChannel", "(" + GROUP + ")" + server, CHANNEL);
  }

  private void addThreads() {
    refused(
        "java.lang.ProcessBuilder",
        "start",
        "([Ljava/lang/ProcessBuilder$Redirect;)Ljava/lang/Process;",
        PROCESS);
    String start = "a thread of the machine is outside of a simulation";
    add("java.lang.Thread", "start", "()V", start, SimulatedPoints::starts);
    add(
        "java.lang.Thread",
        "start",
        "(Ljdk/internal/vm/ThreadContainer;)V",
        start,
        SimulatedPoints::starts);
    String pool = "java.util.concurrent.ForkJoinPool";
    add(pool, "poolSubmit", "(Z" + TASK + ")" + TASK, start, SimulatedPoints::forks);
    add(
        pool,
        "startDelayScheduler",
        "()Ljava/util/concurrent/DelayScheduler;",
        start,
        SimulatedPoints::forks);
    add(
        pool,
        "scheduleDelayedTask",
        "(Ljava/util/concurrent/DelayScheduler$ScheduledForkJoinTask;)"
            + "Ljava/util/concurrent/DelayScheduler$ScheduledForkJoinTask;",
        start,
        SimulatedPoints::forks);
    add("java.util.concurrent.ForkJoinTask", "fork", "()" + TASK, start, SimulatedPoints::forks);
  }

  private static void starts(CodeBuilder code) {
    code.aload(0);
    HookMethod.STARTS.call(code);
  }

  private static void forks(CodeBuilder code) {
    HookMethod.FORKS.call(code);
  }
}
