package dev.loomlet.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A start-up cache (JEP 483) for the command as the tests start it, which they do a hundred times.
 * It takes jars only: the classes of this module are packed into one, and where those of the others
 * are in folders, as in {@code mvn test}, there is no cache. It is made once for all JVMs of the
 * tests.
 */
final class StartCache {
  private static final int SECONDS = 120;
  private static final String QUIETLY = "-Xlog:aot*=off,cds*=off";

  /** The JVM's arguments for the class path, and for the cache if there is one. */
  static final List<String> ARGUMENTS = arguments();

  private StartCache() {}

  private static List<String> arguments() {
    String whole = System.getProperty("java.class.path");
    List<String> jars = new ArrayList<>();
    List<String> folders = new ArrayList<>();
    for (String each : whole.split(File.pathSeparator)) {
      (Files.isDirectory(Path.of(each)) ? folders : jars).add(each);
    }
    Path target = InChildJvm.projectHome().resolve("cli/target");
    String classes = target.resolve("classes").toString();
    if (folders.size() != 2 || !folders.remove(classes)) {
      return List.of("-cp", whole);
    }
    try {
      Path folder = Files.createDirectories(target.resolve("test-start"));
      Path cache = folder.resolve(Long.toHexString(state(jars, Path.of(classes))) + ".aot");
      Path jar = folder.resolve("loomlet-cli.jar");
      jars.addFirst(jar.toString());
      try (FileChannel lock =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        // Until the channel is closed.
        lock.lock();
        if (!Files.exists(cache)) {
          deleteCaches(folder);
          pack(Path.of(classes), jar);
          make(cache, String.join(File.pathSeparator, jars));
        }
      }
      jars.addAll(folders);
      return List.of(
          "-XX:AOTCache=" + cache, QUIETLY, "-cp", String.join(File.pathSeparator, jars));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Differs if anything has changed. */
  private static long state(List<String> jars, Path classes) throws IOException {
    long state = 1;
    List<Path> all = new ArrayList<>(jars.stream().map(Path::of).toList());
    all.addAll(filesIn(classes));
    for (Path each : all) {
      state = 31 * state + each.toString().hashCode();
      state = 31 * state + Files.size(each);
      state = 31 * state + Files.getLastModifiedTime(each).toMillis();
    }
    return state;
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void deleteCaches(Path folder) throws IOException {
    for (Path each : filesIn(folder)) {
      if (each.toString().endsWith(".aot")) {
        Files.delete(each);
      }
    }
  }

  private static void pack(Path folder, Path jar) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (Path each : filesIn(folder)) {
        out.putNextEntry(new ZipEntry(folder.relativize(each).toString()));
        Files.copy(each, out);
      }
    }
  }

  /** Has a JVM that runs a program keep what it has loaded and linked. */
  private static void make(Path cache, String classPath) throws IOException {
    Path unfinished = cache.resolveSibling("unfinished");
    Files.deleteIfExists(unfinished);
    List<String> command = new ArrayList<>();
    command.addAll(InChildJvm.java());
    command.addAll(List.of("-XX:AOTCacheOutput=" + unfinished, "-Xlog:disable"));
    command.addAll(List.of("-Dloomlet.home=" + InChildJvm.projectHome(), "-cp", classPath));
    command.addAll(List.of("dev.loomlet.cli.Main", "run"));
    // As the launcher does: a class of the JDK that was changed would not be kept.
    command.addAll(List.of("--no-sockets", "--no-stdin", "--no-process", "--no-files"));
    command.add(InChildJvm.projectHome().resolve("build/Warmup.java").toString());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LOOMLET_CACHE", cache.resolveSibling("classes").toString());
    builder.redirectErrorStream(true).redirectOutput(cache.resolveSibling("log").toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    // Without one the command only starts more slowly.
    if (Files.exists(unfinished)) {
      Files.move(unfinished, cache, StandardCopyOption.ATOMIC_MOVE);
    } else {
      Files.createFile(cache);
    }
  }
}
