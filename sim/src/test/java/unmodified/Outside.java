package unmodified;

import dev.loomlet.sim.Simulation;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.ZipFile;
import javax.net.ssl.SSLContext;

/**
 * Code that reaches for what a simulation does not have, each time a line; and some that only looks
 * so.
 */
public final class Outside {
  private static final Path FOLDER = Path.of("/no/such/folder");
  private static final File FILE = FOLDER.resolve("file").toFile();

  private Outside() {}

  /** Prints. */
  public static void main(String[] unused) {
    Answers.patch();
    refused("FileInputStream", () -> new FileInputStream(FILE));
    refused("FileReader", () -> new FileReader(FILE));
    refused("FileOutputStream", () -> new FileOutputStream(FILE));
    refused("RandomAccessFile", () -> new RandomAccessFile(FILE, "r"));
    refused("Scanner", () -> new Scanner(FILE));
    refused("ZipFile", () -> new ZipFile(FILE));
    refused("File.exists", FILE::exists);
    refused("File.list", FILE::list);
    refused("File.createTempFile", () -> File.createTempFile("any", ".tmp"));
    refused("Files.readString", () -> Files.readString(FILE.toPath()));
    refused("Files.writeString", () -> Files.writeString(FILE.toPath(), "text"));
    refused("Files.exists", () -> Files.exists(FILE.toPath()));
    refused("Files.isDirectory", () -> Files.isDirectory(FILE.toPath()));
    refused("Files.size", () -> Files.size(FILE.toPath()));
    refused("Files.list", () -> Files.list(FOLDER));
    refused("Files.delete", () -> Files.deleteIfExists(FILE.toPath()));
    refused("Files.createDirectories", () -> Files.createDirectories(FOLDER));
    refused("FileChannel", () -> FileChannel.open(FILE.toPath()));
    refused("WatchService", () -> FileSystems.getDefault().newWatchService());
    refused("AsynchronousSocketChannel", AsynchronousSocketChannel::open);
    refused("ProcessBuilder", () -> new ProcessBuilder("true").start());
    refused("Runtime.exec", () -> Runtime.getRuntime().exec(new String[] {"true"}));
    refused("System.in", System.in::read);
    refused("Thread.ofPlatform", () -> Thread.ofPlatform().start(() -> {}));
    refused(
        "pool of platform threads",
        () -> Executors.newFixedThreadPool(1, Thread.ofPlatform().factory()).submit(() -> {}));
    refused("ForkJoinPool", () -> new ForkJoinPool(2).submit(() -> 1).get());
    refused("parallel stream", () -> IntStream.range(0, 1000).parallel().sum());
    refused(
        "CompletableFuture.orTimeout",
        () -> new CompletableFuture<String>().orTimeout(1, TimeUnit.SECONDS).join());
    refused(
        "caught",
        () -> {
          try {
            return Files.exists(FOLDER);
          } catch (Error e) {
            return "survived";
          }
        });
    EachFile.all().forEach((name, attempt) -> refused("each " + name, attempt));
    Answers.print("of the JDK", 1, Code::jdk);
    // A thread that was not refused would keep the process alive.
    System.exit(0);
  }

  /** Something that is to be refused. */
  interface Attempt {
    Object run() throws Exception;
  }

  private static void refused(String name, Attempt attempt) {
    Answers.print(
        name,
        1,
        sim -> {
          Object got = Code.attempt(attempt);
          sim.sleep(java.time.Duration.ofMillis(1));
          return "not refused: " + got;
        });
  }

  /** Loaded after the JVM was patched, as programs are. */
  private static final class Code {
    static Object attempt(Attempt attempt) throws Exception {
      return attempt.run();
    }

    /** What the JDK reads for itself. */
    static Object jdk(Simulation sim) throws Exception {
      ZonedDateTime time = ZonedDateTime.now(ZoneId.of("Europe/Paris"));
      String text = DateTimeFormatter.ofPattern("d MMMM yyyy").format(time.withYear(2001));
      SSLContext.getDefault().getSocketFactory();
      Class<?> loaded = Class.forName("unmodified.Outside$Late");
      String resource =
          new String(
              Outside.class.getResourceAsStream("Outside$Late.class").readAllBytes(), "8859_1");
      boolean byUrl = Outside.class.getResource("Outside$Late.class").openStream().read() == 0xCA;
      return Arrays.asList(
          text.endsWith("2001"),
          loaded.getSimpleName(),
          resource.contains("Late"),
          byUrl,
          URI.create("http://host/").toURL().getHost(),
          sim.host("there").name());
    }
  }

  /** Loaded in the simulation. */
  static final class Late {
    private Late() {}
  }
}
