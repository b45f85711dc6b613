package dev.loomlet.file;

import static dev.loomlet.Loomlet.spawn;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Generator;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class LoopFilesTest {
  @TempDir Path directory;

  private List<String> names() throws IOException {
    try (var all = Files.list(directory)) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  @OnEveryEngine
  void wholeFilesAreReadAndWritten(TestLoop loop) throws Exception {
    Path path = directory.resolve("whole");
    loop.run(
        () -> {
          LoopFiles.writeString(path, "grüße");
          LoopFiles.writeString(path, "!", StandardOpenOption.APPEND);
          assertThat(LoopFiles.readString(path)).isEqualTo("grüße!");
          assertThat(LoopFiles.size(path)).isEqualTo(8);
          LoopFiles.write(path, new byte[0]);
          assertThat(LoopFiles.readAllBytes(path)).isEmpty();
          LoopFiles.write(path, "ü".getBytes(ISO_8859_1));
          assertThat(LoopFiles.readString(path, ISO_8859_1)).isEqualTo("ü");
          assertThatThrownBy(() -> LoopFiles.readString(path))
              .isInstanceOf(CharacterCodingException.class);
        });
  }

  @OnEveryEngine
  void filesThatDoNotKnowTheirSizeAreReadWhole(TestLoop loop) throws Exception {
    Path path = Path.of("/proc/self/status");
    Assumptions.assumeTrue(Files.exists(path), "no /proc here");
    loop.run(() -> assertThat(LoopFiles.readString(path)).contains("VmRSS"));
  }

  @OnEveryEngine
  void linesComeOneByOne(TestLoop loop) throws Exception {
    Path path = Files.writeString(directory.resolve("lines"), "one\ntwo\r\n\nlast");
    loop.run(
        () -> {
          List<String> lines = new ArrayList<>();
          try (Generator<String> all = LoopFiles.lines(path)) {
            all.forEach(lines::add);
          }
          assertThat(lines).containsExactly("one", "two", "", "last");
          try (Generator<String> none = LoopFiles.lines(directory.resolve("absent"))) {
            assertThatThrownBy(none::next).isInstanceOf(NoSuchFileException.class);
          }
        });
  }

  @OnEveryEngine
  void directoriesAreMadeListedWalkedAndDeleted(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Path root = directory.resolve("root");
          LoopFiles.createDirectory(root);
          LoopFiles.createDirectories(root.resolve("a/b"));
          LoopFiles.createDirectories(root.resolve("a/b"));
          LoopFiles.writeString(root.resolve("a/b/file"), "x");
          LoopFiles.writeString(root.resolve("z"), "x");
          assertThatThrownBy(() -> LoopFiles.createDirectory(root))
              .isInstanceOf(FileAlreadyExistsException.class);
          assertThat(LoopFiles.list(root))
              .containsExactlyInAnyOrder(root.resolve("a"), root.resolve("z"));
          List<Path> walked = new ArrayList<>();
          LoopFiles.walk(root).forEach(walked::add);
          assertThat(walked)
              .containsExactly(
                  root,
                  root.resolve("a"),
                  root.resolve("a/b"),
                  root.resolve("a/b/file"),
                  root.resolve("z"));
          assertThatThrownBy(() -> LoopFiles.delete(root))
              .isInstanceOf(DirectoryNotEmptyException.class);
          assertThatThrownBy(() -> LoopFiles.list(root.resolve("z")))
              .isInstanceOf(NotDirectoryException.class);
          assertThatThrownBy(() -> LoopFiles.delete(root.resolve("absent")))
              .isInstanceOf(NoSuchFileException.class);
          assertThat(LoopFiles.deleteIfExists(root.resolve("absent"))).isFalse();
          for (Path each : walked.reversed()) {
            LoopFiles.delete(each);
          }
          assertThat(LoopFiles.exists(root)).isFalse();
        });
  }

  @OnEveryEngine
  void filesAreMovedLinkedAndLookedAt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Path first = directory.resolve("first");
          Path second = directory.resolve("second");
          LoopFiles.writeString(first, "one");
          LoopFiles.writeString(second, "two");
          assertThatThrownBy(() -> LoopFiles.move(first, second))
              .isInstanceOf(FileAlreadyExistsException.class);
          LoopFiles.move(first, second, StandardCopyOption.REPLACE_EXISTING);
          assertThat(LoopFiles.exists(first)).isFalse();
          LoopFiles.createLink(first, second);
          LoopFiles.createSymbolicLink(directory.resolve("link"), second);
          assertThat(LoopFiles.readSymbolicLink(directory.resolve("link"))).isEqualTo(second);
          assertThat(LoopFiles.readString(directory.resolve("link"))).isEqualTo("one");
          assertThat(LoopFiles.attributes(first).isRegularFile()).isTrue();
          Path temporary = LoopFiles.createTempFile(directory, "pre", ".x");
          assertThat(LoopFiles.size(temporary)).isZero();
          Path folder = LoopFiles.createTempDirectory(directory, "pre");
          assertThat(LoopFiles.attributes(folder).isDirectory()).isTrue();
          LoopFiles.syncDirectory(folder);
        });
  }

  @OnEveryEngine
  void aReplacedFileIsWholeAndKeepsItsPermissions(TestLoop loop) throws Exception {
    Path path = Files.writeString(directory.resolve("config"), "old");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), path);
    loop.run(
        () -> {
          LoopFiles.replaceString(link, "new");
          LoopFiles.replaceString(directory.resolve("fresh"), "fresh");
        });
    assertThat(path).hasContent("new");
    assertThat(link).isSymbolicLink();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-r-----");
    assertThat(names()).containsExactly("config", "fresh", "link");
  }

  @OnEveryEngine
  void aReplacementThatFailsOrIsCancelledChangesNothing(TestLoop loop) throws Exception {
    Path path = Files.writeString(directory.resolve("kept"), "old");
    loop.run(
        () -> {
          assertThatThrownBy(
                  () ->
                      LoopFiles.replace(
                          path,
                          file -> {
                            file.write("half".getBytes(UTF_8));
                            throw new IOException("no more");
                          }))
              .hasMessage("no more");
          Greenlet<?> writer =
              spawn(
                  () ->
                      LoopFiles.replace(
                          path,
                          file -> {
                            file.write("half".getBytes(UTF_8));
                            Loomlet.sleep(100_000);
                          }));
          while (names().size() < 2) {
            Loomlet.sleep(1);
          }
          Loomlet.sleep(5);
          writer.kill();
        });
    assertThat(path).hasContent("old");
    assertThat(names()).containsExactly("kept");
  }

  @OnEveryEngine
  void aCopyIsTheSameAndTellsHowFarItIs(TestLoop loop) throws Exception {
    byte[] data = new byte[2_500_000];
    new Random(3).nextBytes(data);
    Path source = Files.write(directory.resolve("source"), data);
    Path target = directory.resolve("target");
    loop.run(
        () -> {
          List<Long> told = new ArrayList<>();
          LoopFiles.copy(source, target, (done, total) -> told.add(done));
          assertThat(told).isSorted().last().isEqualTo((long) data.length);
          assertThatThrownBy(() -> LoopFiles.copy(source, target))
              .isInstanceOf(FileAlreadyExistsException.class);
          Files.writeString(source, "short");
          LoopFiles.copy(
              source,
              target,
              StandardCopyOption.REPLACE_EXISTING,
              StandardCopyOption.COPY_ATTRIBUTES);
          assertThat(target).hasContent("short");
          assertThat(Files.getLastModifiedTime(target))
              .isEqualTo(Files.getLastModifiedTime(source));
        });
    assertThat(names()).containsExactly("source", "target");
  }

  @OnEveryEngine
  void aCopyThatIsCancelledLeavesNothing(TestLoop loop) throws Exception {
    Path source = Files.write(directory.resolve("source"), new byte[200_000]);
    loop.run(
        () -> {
          Greenlet<?> copier =
              spawn(
                  () ->
                      LoopFiles.copy(
                          source, directory.resolve("target"), (_, _) -> Loomlet.sleep(100_000)));
          while (names().size() < 2) {
            Loomlet.sleep(1);
          }
          copier.kill();
        });
    assertThat(names()).containsExactly("source");
  }

  @OnEveryEngine
  void pathsOfOtherFileSystemsWork(TestLoop loop) throws Exception {
    Path archive = directory.resolve("archive.zip");
    Path plain = Files.writeString(directory.resolve("plain"), "from outside");
    try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
      loop.run(
          () -> {
            LoopFiles.writeString(zip.getPath("inside"), "packed");
            assertThat(LoopFiles.readString(zip.getPath("inside"))).isEqualTo("packed");
            LoopFiles.copy(plain, zip.getPath("copied"));
            assertThat(LoopFiles.readString(zip.getPath("copied"))).isEqualTo("from outside");
          });
    }
  }

  @Test
  void aPlainThreadMayDoAllOfIt() throws Exception {
    Path path = directory.resolve("plain");
    PlainThread.run(
        () -> {
          LoopFiles.replaceString(path, "plain");
          LoopFiles.copy(path, directory.resolve("copy"));
          assertThat(LoopFiles.readString(directory.resolve("copy"))).isEqualTo("plain");
          assertThat(LoopFiles.list(directory)).hasSize(2);
        });
  }
}
