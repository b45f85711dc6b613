package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Action;
import dev.loomlet.process.ProcessOptions.Stream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parents are JVMs of their own here, whose Loomlet is in jars. */
@Timeout(180)
class StartCacheTest {
  @TempDir static Path jars;

  /** To make a cache takes seconds: for tests that take it as the one before has left it. */
  @TempDir static Path common;

  @TempDir Path own;

  private static String classPath = "";

  /**
   * A parent: prepares, then starts a child that fails if its cache does not fit, and says by its
   * exit code whether it has one.
   */
  static final class Parent {
    private Parent() {}

    private static boolean hasCache() {
      return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .anyMatch(each -> each.startsWith("-XX:AOTCache="));
    }

    public static void main(String[] arguments) throws Exception {
      if (arguments[0].equals("prepare")) {
        System.out.println("prepared " + JavaProcess.prepare(Duration.ofMinutes(2)));
      }
      ProcessOptions options = ProcessOptions.defaults().withErrors(Stream.DISCARD);
      JavaProcess strict =
          JavaProcess.start(
              options.withJvmArguments("-XX:AOTMode=on"), () -> System.exit(hasCache() ? 7 : 6));
      strict.join();
      System.out.println("strict " + strict.exitCode().getAsInt());
      JavaProcess usual = JavaProcess.start(options, () -> System.exit(8));
      usual.join();
      System.out.println("usual " + usual.exitCode().getAsInt());
      if (List.of(arguments).contains("small")) {
        JavaProcess small =
            JavaProcess.start(
                options.withJvmArguments("-XX:AOTMode=on", "-Xmx24m"),
                () -> System.exit(hasCache() ? 9 : 6));
        small.join();
        System.out.println("small " + small.exitCode().getAsInt());
      }
      if (List.of(arguments).contains("family")) {
        JavaProcess child =
            JavaProcess.start(
                () -> {
                  System.out.println("child " + System.getProperty("java.class.path"));
                  JavaProcess own =
                      JavaProcess.start(
                          ProcessOptions.defaults().withJvmArguments("-XX:AOTMode=on"),
                          () -> {
                            System.out.println("grandchild has a cache: " + hasCache());
                            System.out.println(
                                "grandchild " + System.getProperty("java.class.path"));
                          });
                  own.join();
                });
        child.join();
      }
    }
  }

  @BeforeAll
  static void pack() throws Exception {
    List<String> path = new ArrayList<>();
    path.add(folderOf(StartCacheTest.class).toString());
    path.add(jar(folderOf(ChildMain.class), "process.jar").toString());
    path.add(jar(folderOf(Action.class), "core.jar").toString());
    classPath = String.join(":", path);
  }

  private static Path folderOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static Path jar(Path folder, String name) throws IOException {
    if (Files.isRegularFile(folder)) {
      return folder;
    }
    Path jar = jars.resolve(name);
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        java.util.stream.Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new JarEntry(folder.relativize(each).toString()));
        Files.copy(each, entries);
        entries.closeEntry();
      }
    }
    return jar;
  }

  private String parent(String cacheFolder, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String each : ChildCommand.inherited()) {
      if (!each.startsWith("-javaagent") && !each.startsWith("-D")) {
        command.add(each);
      }
    }
    command.addAll(List.of("-cp", classPath, Parent.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("LOOMLET_CACHE", cacheFolder);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return out;
  }

  /** The newest: a damaged one may have been left beside that which was made instead. */
  private static Path file(Path cache, String folder, String ending) throws IOException {
    try (java.util.stream.Stream<Path> files = Files.list(cache.resolve(folder))) {
      return files
          .filter(each -> each.toString().endsWith(ending))
          .max(Comparator.comparing(each -> each.toFile().lastModified()))
          .orElseThrow();
    }
  }

  private static void damage(Path file) throws IOException {
    file.toFile().setWritable(true);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
  }

  @Test
  void isMadeOnceAndUsedByChildrenWhateverTheProgram() throws Exception {
    // when
    String first = parent(own.toString(), "prepare");

    // then
    assertThat(first.lines()).containsExactly("prepared true", "strict 7", "usual 8");
    Path folder = own.resolve("starts");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    try (java.util.stream.Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(2);
    }

    // when
    var made = Files.getLastModifiedTime(file(own, "starts", ".aot"));
    String second = parent(own.toString(), "go");

    // then
    assertThat(second.lines()).containsExactly("strict 7", "usual 8");
    assertThat(Files.getLastModifiedTime(file(own, "starts", ".aot"))).isEqualTo(made);
  }

  @Test
  void aDamagedOneIsNotUsedAndMadeAnew() throws Exception {
    // given
    parent(common.toString(), "prepare");
    damage(file(common, "starts", ".aot"));

    // when
    String out = parent(common.toString(), "prepare");

    // then
    assertThat(out.lines()).containsExactly("prepared true", "strict 7", "usual 8");
  }

  @Test
  void itIsMadeAnewIfItsJarIsDamagedOrGone() throws Exception {
    // given
    parent(common.toString(), "prepare");
    damage(file(common, "start-jars", ".jar"));
    byte[] damaged = Files.readAllBytes(file(common, "start-jars", ".jar"));

    // when
    String afterDamage = parent(common.toString(), "prepare");
    // then: a JVM need not notice
    assertThat(Files.readAllBytes(file(common, "start-jars", ".jar"))).isNotEqualTo(damaged);

    // when
    Files.delete(file(common, "start-jars", ".jar"));
    String afterLoss = parent(common.toString(), "prepare");

    // then
    assertThat(afterDamage.lines()).containsExactly("prepared true", "strict 7", "usual 8");
    assertThat(afterLoss.lines()).containsExactly("prepared true", "strict 7", "usual 8");
  }

  @Test
  void anotherBuildOfLoomletHasAnotherOne() throws Exception {
    // given
    parent(own.toString(), "prepare");
    Path first = file(own, "start-jars", ".jar");
    Path build = jars.resolve("process.jar");
    FileTime time = Files.getLastModifiedTime(build);
    try {
      // when: a jar is as long as before, but not the same
      Files.setLastModifiedTime(build, FileTime.from(time.toInstant().plusSeconds(10)));
      String out = parent(own.toString(), "prepare");

      // then
      assertThat(out.lines()).containsExactly("prepared true", "strict 7", "usual 8");
      try (java.util.stream.Stream<Path> files = Files.list(own.resolve("start-jars"))) {
        assertThat(files).hasSize(2).contains(first);
      }
    } finally {
      Files.setLastModifiedTime(build, time);
    }
  }

  /** By which a JVM knows that its cache fits. */
  @Test
  void theTimeOfTheJarIsLeftAsItIs() throws Exception {
    // given
    parent(own.toString(), "prepare");
    Path jar = file(own, "start-jars", ".jar");
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(30)));
    Files.setLastModifiedTime(jar, old);

    // when
    parent(own.toString(), "go");

    // then
    assertThat(Files.getLastModifiedTime(jar)).isEqualTo(old);
  }

  @Test
  void aChildHasItsParentsClassPathBehindTheJarAndItsOwnChildrenTheSame() throws Exception {
    // when
    String out = parent(common.toString(), "prepare", "family");

    // then
    String whole = file(common, "start-jars", ".jar") + ":" + classPath;
    assertThat(out.lines())
        .containsExactly(
            "prepared true",
            "strict 7",
            "usual 8",
            "child " + whole,
            "grandchild has a cache: true",
            "grandchild " + whole);
  }

  @Test
  void aChildWithASmallHeapUsesItThoughItsParentHasAYoungGenerationOfThatSize() throws Exception {
    // given
    assertThat(ChildCommand.inherited()).contains("-Xmn32m");

    // when
    String out = parent(common.toString(), "prepare", "small");

    // then
    assertThat(out.lines()).endsWith("small 9");
  }

  @Test
  void theJarHasOnlyWhatAChildBeginsWith() throws Exception {
    // when
    parent(common.toString(), "prepare");

    // then
    try (ZipFile jar = new ZipFile(file(common, "start-jars", ".jar").toFile())) {
      assertThat(jar.stream().map(ZipEntry::getName))
          .contains("dev/loomlet/process/ChildMain.class")
          .doesNotContain("dev/loomlet/process/ProcessPool.class")
          .hasSizeLessThan(50);
    }
  }

  @Test
  void processesStartWithoutOne() throws Exception {
    String out = parent("off", "prepare");
    assertThat(out.lines()).startsWith("prepared false").contains("strict 6").endsWith("usual 8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"starts", "start-jars"})
  void aFolderThatOthersMayEnterIsNotUsed(String folder) throws Exception {
    Path open = Files.createDirectory(own.resolve(folder));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    String out = parent(own.toString(), "prepare");
    assertThat(out.lines()).startsWith("prepared false").contains("strict 6").endsWith("usual 8");
    assertThat(open).isEmptyDirectory();
  }
}
