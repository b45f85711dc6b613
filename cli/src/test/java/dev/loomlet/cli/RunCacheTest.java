package dev.loomlet.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of a program from one launch to the next. The build names the folder. */
class RunCacheTest {
  private static final Path KEPT = Path.of(System.getenv("LOOMLET_CACHE"), "classes");

  @TempDir Path folder;

  private Set<Path> before = Set.of();

  @BeforeEach
  void lookAround() throws IOException {
    before = kept();
  }

  private static Set<Path> kept() throws IOException {
    if (!Files.exists(KEPT)) {
      return new HashSet<>();
    }
    try (Stream<Path> files = Files.list(KEPT)) {
      return new HashSet<>(files.toList());
    }
  }

  /** What has been kept since the test began. */
  private Path entry() throws IOException {
    Set<Path> found = kept();
    found.removeAll(before);
    assertThat(found).hasSize(1);
    return found.iterator().next();
  }

  /** Another one each time that something is kept: it is a new file under an old name. */
  private Object version() throws IOException {
    return Files.readAttributes(entry(), BasicFileAttributes.class).fileKey();
  }

  private String program(String name, String source) throws IOException {
    return Sources.write(folder, name, source);
  }

  private static String run(String... args) {
    Completed run =
        InThisJvm.loomlet(Stream.concat(Stream.of("run"), Stream.of(args)).toArray(String[]::new));
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    return run.out();
  }

  @Test
  void anUnchangedProgramIsCompiledOnce() throws IOException {
    String file = program("P", "class Other {} void main() { IO.println(\"hello\"); }");

    assertThat(run(file)).isEqualTo("hello\n");
    Object first = version();

    assertThat(run(file)).isEqualTo("hello\n");
    assertThat(version()).isEqualTo(first);
  }

  @Test
  void aChangedProgramIsCompiledAnewAndReplacesTheOldOne() throws IOException {
    String file = program("P", "void main() { IO.println(1); }");
    run(file);
    Object first = version();
    var time = Files.getLastModifiedTime(Path.of(file));
    program("P", "void main() { IO.println(2); }");
    // Neither size nor time tell that it is another one.
    Files.setLastModifiedTime(Path.of(file), time);

    assertThat(run(file)).isEqualTo("2\n");
    assertThat(version()).isNotEqualTo(first);
  }

  @Test
  void aChangeOfAnyFileThatTookPartShows() throws IOException {
    String file = program("P", "void main() { IO.println(a.Q.TEXT); }");
    program("a/Q", "package a; public class Q { public static final String TEXT = \"one\"; }");
    assertThat(run(file)).isEqualTo("one\n");

    program("a/Q", "package a; public class Q { public static final String TEXT = \"two\"; }");

    assertThat(run(file)).isEqualTo("two\n");
  }

  @Test
  void aNewFileThatTakesThePlaceOfALibraryClassShows() throws IOException {
    Path library = folder.resolve("library");
    Sources.compile(
        library,
        Sources.write(
            folder.resolve("old"),
            "Tool",
            "public class Tool { public String toString() { return \"library\"; } }"));
    String file = program("P", "void main() { IO.println(new Tool()); }");
    assertThat(run("-cp", library.toString(), file)).isEqualTo("library\n");

    program("Tool", "public class Tool { public String toString() { return \"source\"; } }");

    assertThat(run("-cp", library.toString(), file)).isEqualTo("source\n");
  }

  @Test
  void aChangedConstantOfALibraryShows() throws IOException {
    Path library = folder.resolve("library");
    Path sources = folder.resolve("of library");
    Sources.compile(
        library, Sources.write(sources, "K", "public class K { public static final int X = 1; }"));
    String file = program("P", "void main() { IO.println(K.X); }");
    assertThat(run("-cp", library.toString(), file)).isEqualTo("1\n");

    Sources.compile(
        library, Sources.write(sources, "K", "public class K { public static final int X = 2; }"));

    assertThat(run("-cp", library.toString(), file)).isEqualTo("2\n");
  }

  @Test
  void whatIsDamagedIsMadeAnew() throws IOException {
    String file = program("P", "void main() { IO.println(\"hello\"); }");
    run(file);
    byte[] whole = Files.readAllBytes(entry());
    byte[] flipped = whole.clone();
    flipped[flipped.length / 2] ^= 1;
    // In the classes, behind the source: they could be loaded all the same.
    byte[] other = whole.clone();
    other[new String(whole, ISO_8859_1).lastIndexOf("hello")] = 'H';
    for (byte[] damaged :
        new byte[][] {
          {}, flipped, other, Arrays.copyOf(whole, whole.length - 5), new byte[whole.length]
        }) {
      Files.write(entry(), damaged);
      Object old = version();

      assertThat(run(file)).isEqualTo("hello\n");
      assertThat(version()).isNotEqualTo(old);
      assertThat(Files.readAllBytes(entry())).isEqualTo(whole);
    }
  }

  @Test
  void warningsAreShownEachTime() throws IOException {
    String file = program("P", "void main() { IO.println(new Integer(1)); }");

    Completed first = InThisJvm.loomlet("run", file);
    Completed second = InThisJvm.loomlet("run", file);

    assertThat(first.err()).contains("Integer");
    assertThat(second).isEqualTo(first);
  }

  @Test
  void classesThatOnlyTheirNamesLeadToAreFoundLaterToo() throws IOException {
    String file =
        program(
            "P",
            "void main() throws Exception {"
                + " IO.println(Class.forName(\"Hidden\").getDeclaredConstructor().newInstance());"
                + " }");
    program("Hidden", "public class Hidden { public String toString() { return \"found\"; } }");

    assertThat(run(file)).isEqualTo("found\n");
    assertThat(run(file)).isEqualTo("found\n");
  }

  @Test
  void withoutACacheNothingIsKept() throws IOException {
    String file = program("P", "void main() { IO.println(\"hello\"); }");

    assertThat(run("--no-cache", file)).isEqualTo("hello\n");

    assertThat(kept()).isEqualTo(before);
  }

  @Test
  void onlyTheOwnerCanLookIntoTheFolderAndOneThatOthersCanWriteToIsNotUsed() throws IOException {
    String file = program("P", "void main() { IO.println(\"hello\"); }");
    run(file);
    Object first = version();
    assertThat(Files.getPosixFilePermissions(KEPT))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    byte[] content = Files.readAllBytes(entry());
    Files.write(entry(), new byte[] {1});
    try {
      Files.setPosixFilePermissions(KEPT, PosixFilePermissions.fromString("rwxrwxrwx"));

      assertThat(run(file)).isEqualTo("hello\n");
      assertThat(version()).isEqualTo(first);
      assertThat(Files.readAllBytes(entry())).isNotEqualTo(content);
    } finally {
      Files.setPosixFilePermissions(KEPT, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void severalCanStartTheSameProgramAtOnce() throws IOException {
    String file = program("P", "void main() { IO.println(\"hello\"); }");
    List<String> command = InChildJvm.commandThatCompiles(InChildJvm.projectHome(), "run", file);

    var runs =
        IntStream.range(0, 3)
            .mapToObj(
                _ ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try {
                            return InChildJvm.loomlet(Path.of(""), Map.of(), command);
                          } catch (Exception e) {
                            throw new AssertionError(e);
                          }
                        }))
            .toList();

    assertThat(runs)
        .allSatisfy(
            each -> assertThat(each.join()).isEqualTo(new Completed(0, "hello\n", "", null)));
    assertThat(entry()).isRegularFile();
  }
}
