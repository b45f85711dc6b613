package dev.loomlet.process;

import dev.loomlet.process.ProcessOptions.Stream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** A child that is watched: see {@link StartCache}. */
final class StartTraining {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int MOST = 1024 * 1024;

  /** The name of a child that was not told what it is. */
  static final String SPARE = "spare";

  /** Else all children would be given the classes of sockets; most end before they need one. */
  private static final String NO_SOCKET = "-D" + ControlServer.NONE;

  private static final String NOTHING = "dev/loomlet/process/nothing";
  private static final ProcessOptions OPTIONS =
      ProcessOptions.defaults()
          .withName(SPARE)
          .withOutput(Stream.DISCARD)
          .withErrors(Stream.DISCARD);

  private StartTraining() {}

  /** Where the classes of a rehearsal are, for a child. */
  private static final class Code {
    static final ProgramCode OF_REHEARSAL = read();

    private static ProgramCode read() {
      String name = Rehearsal.class.getName();
      String file = Rehearsal.class.getSimpleName() + ".class";
      try (InputStream in = Rehearsal.class.getResourceAsStream(file)) {
        if (in == null) {
          throw new IOException(file + " is not there");
        }
        return new ProgramCode(List.of(), Map.of(name, in.readAllBytes()));
      } catch (IOException e) {
        throw new UncheckedIOException("a class of Loomlet cannot be read", e);
      }
    }
  }

  /** The messages by which a spare is told to rehearse a task; it answers one. */
  static byte[][] search() {
    return messages(Rehearsal.search(NOTHING), Code.OF_REHEARSAL);
  }

  private static byte[][] messages(SerializableCallable<Integer> rehearsal, ProgramCode code) {
    byte[] task = CompactCodec.write(rehearsal, "a rehearsal", MOST);
    return new byte[][] {
      Frame.encode(Frame.HELLO, 0, hello(code).toBytes()), Frame.encode(Frame.CALL, 0, task)
    };
  }

  private static Hello hello(ProgramCode code) {
    ProcessInfo self = JavaProcess.current();
    String name = String.valueOf(OPTIONS.name());
    return new Hello(
        new ProcessInfo(name, 0, self.pid(), false),
        new ProcessInfo(self.name(), self.pid(), 0, self.daemon()),
        MOST,
        List.of(ObjectFilter.patternOf(Rehearsal.class)),
        code);
  }

  /**
   * A jar as there is one in most class paths: for several versions of Java, and with a class path
   * of its own. The JDK reads such ones in a way of their own.
   */
  private static void writeJar(Path jar) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MULTI_RELEASE, "true");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, "nothing.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.putNextEntry(new ZipEntry("META-INF/versions/9/" + NOTHING));
    }
  }

  /** The names of Loomlet's classes that a child has loaded when it has run a task. */
  static List<String> classes() throws IOException {
    Path folder = Files.createTempDirectory("loomlet");
    Path log = folder.resolve("classes");
    try {
      List<String> watched =
          List.of("-Xlog:class+load:file=\"" + log + "\":none:filecount=0", NO_SOCKET);
      List<Path> jars = ChildCommand.ownJars();
      return run(folder, ChildCommand.alone(watched, jars)) ? loaded(log, jars) : List.of();
    } finally {
      Files.deleteIfExists(log);
      Files.deleteIfExists(folder);
    }
  }

  /** A line is the name of a class, and where it is from. */
  private static List<String> loaded(Path log, List<Path> jars) throws IOException {
    List<String> names = new ArrayList<>();
    for (String each : Files.readAllLines(log)) {
      int end = each.indexOf(' ');
      for (Path jar : jars) {
        if (each.endsWith(" source: " + jar.toUri().toString().replace("file:///", "file:/"))) {
          names.add(each.substring(0, end));
        }
      }
    }
    return names;
  }

  /**
   * Runs a child that leaves a cache behind. Waits.
   *
   * @param classes the jar that has those that it needs
   * @param cache where to
   * @return whether all went well
   */
  static boolean run(Path classes, Path cache) throws IOException {
    // What methods were called how often says little of other programs, and makes a cache larger.
    List<String> training =
        List.of(
            "-XX:AOTCacheOutput=" + cache,
            NO_SOCKET,
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-AOTRecordTraining",
            "-XX:-UnlockDiagnosticVMOptions");
    Path folder = Files.createTempDirectory("loomlet");
    try {
      return run(folder, ChildCommand.alone(training, List.of(classes)));
    } finally {
      Files.deleteIfExists(folder);
    }
  }

  private static boolean run(Path folder, List<String> command) throws IOException {
    Path jar = folder.resolve("program.jar");
    try {
      writeJar(jar);
      List<String> urls = List.of(folder.toUri().toString(), jar.toUri().toString());
      return run(command, new ProgramCode(urls, Code.OF_REHEARSAL.classes()));
    } finally {
      Files.deleteIfExists(jar);
    }
  }

  private static boolean run(List<String> command, ProgramCode code) throws IOException {
    Child child = Launch.start(OPTIONS, false, command);
    try {
      for (byte[] each : messages(Rehearsal.searchProgram(NOTHING + 1, 1), code)) {
        child.wire.send(each, 0);
      }
      byte[] action = CompactCodec.write(Rehearsal.action(), "a rehearsal", MOST);
      child.wire.send(Frame.encode(Frame.RUN, 0, action), 0);
      return child.await(LIMIT.toNanos()) && child.exitCode() == 0;
    } finally {
      child.signal(dev.loomlet.linux.ProcessCalls.SIGKILL);
      child.await(LIMIT.toNanos());
    }
  }
}
