package unmodified;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RecursiveTask;

/** Each way to a file, and some others, that leads out of a simulation. */
final class EachFile {
  private static final Path PATH = Path.of("/no/such/file");
  private static final Path OTHER = Path.of("/no/such/other");
  private static final File FILE = PATH.toFile();

  private final Map<String, Outside.Attempt> all = new LinkedHashMap<>();

  private EachFile() {}

  static Map<String, Outside.Attempt> all() {
    EachFile each = new EachFile();
    each.addFile();
    each.addFiles();
    each.addOthers();
    return each.all;
  }

  private interface Doing {
    void run() throws Exception;
  }

  private void add(String name, Doing doing) {
    all.put(
        name,
        () -> {
          doing.run();
          return "done";
        });
  }

  private void addFile() {
    add("File.canRead", FILE::canRead);
    add("File.canWrite", FILE::canWrite);
    add("File.canExecute", FILE::canExecute);
    add("File.isDirectory", FILE::isDirectory);
    add("File.isFile", FILE::isFile);
    add("File.isHidden", FILE::isHidden);
    add("File.createNewFile", FILE::createNewFile);
    add("File.delete", FILE::delete);
    add("File.mkdir", FILE::mkdir);
    add("File.setReadOnly", FILE::setReadOnly);
    add("File.lastModified", FILE::lastModified);
    add("File.length", FILE::length);
    add("File.getTotalSpace", FILE::getTotalSpace);
    add("File.getFreeSpace", FILE::getFreeSpace);
    add("File.getUsableSpace", FILE::getUsableSpace);
    add("File.setWritable", () -> FILE.setWritable(true));
    add("File.setReadable", () -> FILE.setReadable(true));
    add("File.setExecutable", () -> FILE.setExecutable(true));
    add("File.deleteOnExit", FILE::deleteOnExit);
    add("File.listFiles", FILE::listFiles);
    add("File.renameTo", () -> FILE.renameTo(OTHER.toFile()));
    add("File.setLastModified", () -> FILE.setLastModified(0));
    add("File.getCanonicalPath", FILE::getCanonicalPath);
  }

  private void addFiles() {
    add("AsynchronousFileChannel.open", () -> AsynchronousFileChannel.open(PATH));
    add("Files.newByteChannel", () -> Files.newByteChannel(PATH));
    add("Files.newInputStream", () -> Files.newInputStream(PATH));
    add("Files.newOutputStream", () -> Files.newOutputStream(PATH));
    add("Files.newDirectoryStream", () -> Files.newDirectoryStream(PATH));
    add("Files.delete", () -> Files.delete(PATH));
    add("Files.copy", () -> Files.copy(PATH, OTHER));
    add("Files.move", () -> Files.move(PATH, OTHER));
    add("Files.isReadable", () -> Files.isReadable(PATH));
    add("Files.isWritable", () -> Files.isWritable(PATH));
    add("Files.isExecutable", () -> Files.isExecutable(PATH));
    add("Files.isHidden", () -> Files.isHidden(PATH));
    add("Files.notExists", () -> Files.notExists(PATH));
    add("Files.isRegularFile", () -> Files.isRegularFile(PATH));
    add("Files.isSameFile", () -> Files.isSameFile(PATH, OTHER));
    add("Files.getFileStore", () -> Files.getFileStore(PATH));
    add("Files.createDirectory", () -> Files.createDirectory(PATH));
    add("Files.createSymbolicLink", () -> Files.createSymbolicLink(PATH, OTHER));
    add("Files.createLink", () -> Files.createLink(PATH, OTHER));
    add("Files.readSymbolicLink", () -> Files.readSymbolicLink(PATH));
    add("Files.readAttributes", () -> Files.readAttributes(PATH, BasicFileAttributes.class));
    add("Files.getAttribute", () -> Files.getAttribute(PATH, "unix:uid"));
    add(
        "Files.getFileAttributeView",
        () -> Files.getFileAttributeView(PATH, BasicFileAttributeView.class));
    add("Files.setLastModifiedTime", () -> Files.setLastModifiedTime(PATH, null));
    add("Files.createTempFile", () -> Files.createTempFile(PATH, "a", "b"));
    all.put("Files.walk", () -> Files.walk(PATH).count());
    all.put("Path.toRealPath", PATH::toRealPath);
  }

  private void addOthers() {
    add("AsynchronousServerSocketChannel.open", AsynchronousServerSocketChannel::open);
    add(
        "ForkJoinTask.fork",
        () ->
            new RecursiveTask<Integer>() {
              @Override
              protected Integer compute() {
                return 1;
              }
            }.fork().join());
    add(
        "ForkJoinPool.schedule",
        () ->
            ForkJoinPool.commonPool()
                .schedule(() -> ByteBuffer.allocate(1), 1, java.util.concurrent.TimeUnit.SECONDS)
                .get());
  }
}
