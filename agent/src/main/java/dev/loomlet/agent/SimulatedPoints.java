package dev.loomlet.agent;

import static java.lang.constant.ConstantDescs.INIT_NAME;

import java.lang.classfile.CodeBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Where code of a simulation would leave it: it gets a socket of its own network, or nothing. */
final class SimulatedPoints {
  private static final String CHANNEL = "a channel of the machine's network";
  private static final String OUTSIDE = "a socket or channel from outside";
  private static final String PROCESS = "a child process";
  private static final String FILE = "Ljava/io/File;";
  private static final String PATH = "Ljava/nio/file/Path;";
  private static final String ATTRIBUTES = "[Ljava/nio/file/attribute/FileAttribute;";
  private static final String LINKS = "[Ljava/nio/file/LinkOption;";
  private static final String CHANNELS = "Ljava/nio/channels/";
  private static final String GROUP = CHANNELS + "AsynchronousChannelGroup;";
  private static final String FAMILY = "Ljava/net/ProtocolFamily;";
  private static final String TASK = "Ljava/util/concurrent/ForkJoinTask;";

  static final List<PatchPoint> ALL = all();

  private final List<PatchPoint> list = new ArrayList<>();

  private SimulatedPoints() {}

  private static List<PatchPoint> all() {
    SimulatedPoints points = new SimulatedPoints();
    points.addSockets();
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

  private void addSockets() {
    add(
        "java.net.SocketImpl",
        "createPlatformSocketImpl",
        "(Z)Ljava/net/SocketImpl;",
        "code of a simulation gets sockets of its network",
        code -> {
          code.iload(0);
          PatchPoints.returnFound(code, HookMethod.NEW_SOCKET, "java.net.SocketImpl");
        });
    String socket = "sun.nio.ch.NioSocketImpl";
    refused(socket, "accept", "(Ljava/net/SocketImpl;)V", OUTSIDE);
    refused(socket, "connect", "(Ljava/net/SocketAddress;I)V", OUTSIDE);
    refused(socket, "beginRead", "()Ljava/io/FileDescriptor;", OUTSIDE);
    refused(socket, "beginWrite", "()Ljava/io/FileDescriptor;", OUTSIDE);
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
    String channels = "sun.nio.ch.SelectorProviderImpl";
    for (String family : List.of("", FAMILY)) {
      String from = "(" + family + ")" + CHANNELS;
      refused(channels, "openSocketChannel", from + "SocketChannel;", CHANNEL);
      refused(channels, "openServerSocketChannel", from + "ServerSocketChannel;", CHANNEL);
      refused(channels, "openDatagramChannel", from + "DatagramChannel;", CHANNEL);
    }
    refused(
        channels,
        "openUninterruptibleDatagramChannel",
        "()" + CHANNELS + "DatagramChannel;",
        "a datagram socket of the machine's network");
    refused(channels, "openPipe", "()" + CHANNELS + "Pipe;", "a pipe of the machine");
    refused(
        "sun.nio.ch.EPollSelectorProvider",
        "openSelector",
        "()" + CHANNELS + "spi/AbstractSelector;",
        "a selector of the machine");
    String asynchronous = "sun.nio.ch.LinuxAsynchronousChannelProvider";
    String socket = CHANNELS + "AsynchronousSocketChannel;";
    String server = CHANNELS + "AsynchronousServerSocketChannel;";
    refused(asynchronous, "openAsynchronousSocketChannel", "(" + GROUP + ")" + socket, CHANNEL);
    refused(
        asynchronous, "openAsynchronousServerSocketChannel", "(" + GROUP + ")" + server, CHANNEL);
    refused("sun.nio.ch.SocketChannelImpl", "beginRead", "(Z)V", OUTSIDE);
    refused("sun.nio.ch.SocketChannelImpl", "beginWrite", "(Z)V", OUTSIDE);
    refused("sun.nio.ch.ServerSocketChannelImpl", "begin", "(Z)V", OUTSIDE);
    String address = "Ljava/net/SocketAddress;";
    refused("sun.nio.ch.DatagramChannelImpl", "beginRead", "(ZZ)" + address, OUTSIDE);
    refused("sun.nio.ch.DatagramChannelImpl", "beginWrite", "(ZZ)" + address, OUTSIDE);
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
