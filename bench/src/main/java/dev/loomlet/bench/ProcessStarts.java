package dev.loomlet.bench;

import dev.loomlet.Loomlet;
import dev.loomlet.process.JavaProcess;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Starts of processes that are timed by programs of their own: CPython's {@code multiprocessing},
 * and a JVM that does nothing, below which no child that is a JVM can go. It has the flags of
 * children, and an AOT cache of its own.
 */
final class ProcessStarts {
  private static final String PYTHON = "/usr/bin/python3";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private ProcessStarts() {}

  /** An empty function in a process of its own, by CPython. */
  static double spawn(long nanos) throws IOException {
    return python("spawn", nanos, List.of());
  }

  /** A JVM with an empty {@code main}, from its start to its end. */
  static double bare(long nanos) throws IOException {
    return python("command", nanos, Bare.EMPTY);
  }

  /** The end of a JVM that waits for a byte, once it gets that. */
  static double told(long nanos) throws IOException {
    return python("told", nanos, Bare.WAITING);
  }

  /** {@link StartProgram}, with nothing in its class path that it does not need. */
  static double ofSmallProgram(long nanos) throws IOException {
    List<String> command =
        command(SmallProgram.CLASS_PATH, List.of(), StartProgram.class, Long.toString(nanos));
    return Double.parseDouble(Command.run(null, LIMIT, command).strip());
  }

  private static double python(String what, long nanos, List<String> command) throws IOException {
    String script = Home.path().resolve("bench/peers/starts.py").toString();
    String seconds = String.format(Locale.ROOT, "%.3f", nanos / 1e9);
    List<String> all = new ArrayList<>(List.of(PYTHON, script, what, seconds));
    all.addAll(command);
    return Double.parseDouble(Command.run(null, LIMIT, all).strip());
  }

  /** With the flags of a child of this JVM. */
  private static List<String> command(
      String classPath, List<String> flags, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(JavaCommand.java());
    command.addAll(JavaCommand.standingFlags(flags));
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static final class Bare {
    static final List<String> EMPTY = trained("bare");
    static final List<String> WAITING = trained("bare-waiting", "wait");

    private static List<String> trained(String name, String... arguments) {
      try {
        String jar = jar(name, BareMain.class);
        Path cache = Home.built().resolve(name + ".aot");
        Command.run(
            null, LIMIT, bare(jar, "-XX:AOTCacheOutput=" + cache, arguments)); // its input ends
        return bare(jar, "-XX:AOTCache=" + cache, arguments);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static List<String> bare(String jar, String cache, String... arguments) {
      List<String> flags =
          List.of("-XX:-UseTransparentHugePages", "-XX:-UsePerfData", "-Xms64m", cache);
      return command(jar, flags, BareMain.class, arguments);
    }
  }

  private static final class SmallProgram {
    static final String CLASS_PATH = classPath();

    private static String classPath() {
      try {
        String jar = jar("start-program", StartProgram.class, Timed.class, Timed.Batch.class);
        String process = placeOf(JavaProcess.class);
        return String.join(File.pathSeparator, jar, process, placeOf(Loomlet.class));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static String placeOf(Class<?> type) {
      try {
        var place = type.getProtectionDomain().getCodeSource().getLocation();
        return Path.of(place.toURI()).toString();
      } catch (URISyntaxException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static String jar(String name, Class<?>... classes) throws IOException {
    Path jar = Files.createDirectories(Home.built()).resolve(name + ".jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (Class<?> each : classes) {
        String file = each.getName().replace('.', '/') + ".class";
        out.putNextEntry(new ZipEntry(file));
        try (InputStream in = each.getResourceAsStream("/" + file)) {
          if (in == null) {
            throw new IOException(file + " is not there");
          }
          in.transferTo(out);
        }
      }
    }
    return jar.toString();
  }
}
