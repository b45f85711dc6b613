package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The folder in which compiled programs are kept: how much stays there, and when it is not used.
 */
class RunCacheFolderTest {
  private static final Path ROOT = Path.of(System.getenv("LOOMLET_CACHE"));
  private static final Path KEPT = ROOT.resolve("classes");

  @TempDir Path folder;

  private String file = "";

  @BeforeEach
  void prepare() throws IOException {
    empty();
    Files.createDirectories(
        KEPT, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    file = Sources.write(folder, "P", "void main() { IO.println(\"hello\"); }");
  }

  /** What other tests have kept goes, too: they would only compile anew. */
  @AfterEach
  void empty() throws IOException {
    if (Files.isDirectory(KEPT, LinkOption.NOFOLLOW_LINKS)) {
      for (String each : names()) {
        Files.delete(KEPT.resolve(each));
      }
    }
    Files.deleteIfExists(KEPT);
  }

  private static String run(String... args) {
    return outputOf(
        InThisJvm.loomlet(Stream.concat(Stream.of("run"), Stream.of(args)).toArray(String[]::new)));
  }

  private static String outputOf(Completed run) {
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    return run.out();
  }

  /** A file that was used so many minutes ago. */
  private static Path put(String name, long size, long minutes) throws IOException {
    Path each = KEPT.resolve(name);
    try (RandomAccessFile sparse = new RandomAccessFile(each.toFile(), "rw")) {
      sparse.setLength(size);
    }
    Files.setLastModifiedTime(each, minutesAgo(minutes));
    return each;
  }

  private static FileTime minutesAgo(long minutes) {
    return FileTime.from(Instant.now().minus(Duration.ofMinutes(minutes)));
  }

  private static Set<String> names() throws IOException {
    try (Stream<Path> files = Files.list(KEPT)) {
      return files.map(each -> each.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  @Test
  void ofTooManyProgramsThoseUsedLongestAgoGo() throws Exception {
    // given
    for (int i = 1; i <= 503; i++) {
      put("old" + i, 10, i);
    }

    assertThat(run(file)).isEqualTo("hello\n");

    assertThat(names())
        .hasSize(500)
        .contains("old1", "old499")
        .doesNotContain("old500", "old501", "old502", "old503");
  }

  @Test
  void ofTooManyBytesThoseUsedLongestAgoGo() throws Exception {
    // given
    put("older", 30L << 20, 3);
    put("old", 30L << 20, 2);
    put("new", 30L << 20, 1);

    assertThat(run(file)).isEqualTo("hello\n");

    assertThat(names()).hasSize(3).contains("old", "new");
  }

  @Test
  void whatNobodyFinishedGoesAfterAnHour() throws Exception {
    // given
    put("one.new", 10, 61);
    put("two.new", 10, 50);

    assertThat(run(file)).isEqualTo("hello\n");

    assertThat(names()).hasSize(2).contains("two.new");
  }

  @Test
  void useIsNotedSoThatItStays() throws Exception {
    // given
    run(file);
    Path entry = KEPT.resolve(names().iterator().next());
    byte[] content = Files.readAllBytes(entry);
    Files.setLastModifiedTime(entry, minutesAgo(13 * 60));

    assertThat(run(file)).isEqualTo("hello\n");

    assertThat(Files.getLastModifiedTime(entry)).isGreaterThan(minutesAgo(60));
    assertThat(Files.readAllBytes(entry)).isEqualTo(content);
  }

  @Test
  void aProgramKeptUnderTheNameOfAnotherOneIsNotTakenForIt() throws Exception {
    // given a program with two libraries, as if their keys had the same name
    String user = Sources.write(folder, "Uses", "void main() { IO.println(K.X); }");
    Path one = constant(1);
    Path two = constant(2);
    run("-cp", one.toString(), user);
    String first = names().iterator().next();
    run("-cp", two.toString(), user);
    String second = names().stream().filter(each -> !each.equals(first)).findAny().orElseThrow();
    Files.write(KEPT.resolve(second), Files.readAllBytes(KEPT.resolve(first)));

    assertThat(run("-cp", two.toString(), user)).isEqualTo("2\n");
  }

  /** A folder with a constant that javac copies into what uses it. */
  private Path constant(int value) throws IOException {
    return Sources.compile(
        folder.resolve("constant" + value),
        Sources.write(
            folder.resolve("k"),
            "K",
            "public class K { public static final int X = " + value + "; }"));
  }

  @Test
  void anotherEncodingOrLoomletCompilesAnew() throws Exception {
    // given
    Path own = Files.createDirectory(folder.resolve("more of Loomlet"));
    List<String> command =
        new ArrayList<>(InChildJvm.commandThatCompiles(InChildJvm.projectHome(), "run", file));
    inChildJvm(command);

    // when files are read in another encoding
    command.add(1, "-Dfile.encoding=ISO-8859-1");
    inChildJvm(command);
    assertThat(names()).hasSize(2);

    // when there is something else beside Loomlet's own jars, and when that changes
    int classPath = command.indexOf("-cp") + 1;
    command.set(classPath, command.get(classPath) + File.pathSeparator + own);
    inChildJvm(command);
    assertThat(names()).hasSize(3);
    Files.writeString(own.resolve("File"), "new");
    inChildJvm(command);

    assertThat(names()).hasSize(4);
  }

  private void inChildJvm(List<String> command) throws Exception {
    assertThat(outputOf(InChildJvm.loomlet(folder, Map.of(), command))).isEqualTo("hello\n");
  }

  @Test
  void aChangedJarShowsThoughItsTimeDoesNot() throws Exception {
    // given
    Path jar = folder.resolve("library.jar");
    pack(jar, 1);
    FileTime time = Files.getLastModifiedTime(jar);
    String user = Sources.write(folder, "Uses", "void main() { IO.println(K.X); }");
    assertThat(run("-cp", jar.toString(), user)).isEqualTo("1\n");

    pack(jar, 2);
    Files.setLastModifiedTime(jar, time);

    assertThat(run("-cp", jar.toString(), user)).isEqualTo("2\n");
  }

  /** A jar of the same size each time. */
  private void pack(Path jar, int constant) throws IOException {
    try (var out = new ZipOutputStream(Files.newOutputStream(jar))) {
      out.setMethod(ZipOutputStream.STORED);
      byte[] code = Files.readAllBytes(constant(constant).resolve("K.class"));
      CRC32 sum = new CRC32();
      sum.update(code);
      var entry = new ZipEntry("K.class");
      entry.setTime(0);
      entry.setSize(code.length);
      entry.setCrc(sum.getValue());
      out.putNextEntry(entry);
      out.write(code);
    }
  }

  @Test
  void aFolderThatIsALinkOrSomebodyElsesIsNotUsed() throws Exception {
    // given a folder elsewhere
    Path elsewhere = Files.createTempDirectory(ROOT, "elsewhere");
    Files.move(KEPT, elsewhere, StandardCopyOption.REPLACE_EXISTING);
    Files.createSymbolicLink(KEPT, elsewhere);

    assertThat(run(file)).isEqualTo("hello\n");

    assertThat(names()).isEmpty();

    // given one that belongs to another user
    Files.delete(KEPT);
    Files.move(elsewhere, KEPT);
    assumeTrue(System.getProperty("user.name").equals("root"), "only root can give files away");
    UserPrincipal nobody =
        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Files.setOwner(KEPT, nobody);

    assertThat(run(file)).isEqualTo("hello\n");

    assertThat(names()).isEmpty();
  }
}
