package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartJarTest {
  @TempDir Path folder;

  private List<Path> jars = List.of();

  @BeforeEach
  void pack() throws IOException {
    jars = List.of(jar("one", "a.A", "a.B"), jar("two", "a.B", "b.C"));
  }

  /** Classes whose code is the name of the jar. */
  private Path jar(String name, String... classes) throws IOException {
    Path jar = folder.resolve(name + ".jar");
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (String each : classes) {
        entries.putNextEntry(new ZipEntry(each.replace('.', '/') + ".class"));
        entries.write(name.getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }

  private Path write(String name, String... classes) throws IOException {
    Path jar = folder.resolve(name);
    StartJar.write(List.of(classes), jars, jar);
    return jar;
  }

  @Test
  void hasEachClassOnceFromTheFirstJarThatHasIt() throws Exception {
    Path jar = write("start.jar", "b.C", "a.B", "b.C");

    try (ZipFile file = new ZipFile(jar.toFile())) {
      assertThat(file.stream().map(ZipEntry::getName)).containsExactly("a/B.class", "b/C.class");
      ZipEntry twice = file.getEntry("a/B.class");
      assertThat(file.getInputStream(twice)).hasContent("one");
    }
  }

  @Test
  void isTheSameWhateverTheOrderAndTheTime() throws Exception {
    Path jar = write("start.jar", "a.A", "a.B", "b.C");

    assertThat(write("again.jar", "b.C", "a.A", "a.B")).hasSameBinaryContentAs(jar);
    try (ZipFile file = new ZipFile(jar.toFile())) {
      assertThat(file.stream().map(ZipEntry::getTime)).containsOnly(0L);
    }
  }

  @Test
  void isNotCompressed() throws Exception {
    Path jar = write("start.jar", "a.A");

    try (ZipFile file = new ZipFile(jar.toFile())) {
      assertThat(file.stream().map(ZipEntry::getMethod)).containsOnly(ZipEntry.STORED);
    }
  }

  @Test
  void aClassThatIsNowhereIsNamed() {
    assertThatThrownBy(() -> write("start.jar", "a.A", "a.Missing"))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessage("a/Missing.class");
  }
}
