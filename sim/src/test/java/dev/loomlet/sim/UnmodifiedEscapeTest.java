package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unmodified.Outside;

/** What a simulation does not have, and what the JDK does for itself. */
@Timeout(120)
final class UnmodifiedEscapeTest {
  private static Map<String, String> answers = Map.of();

  @BeforeAll
  static void run() throws Exception {
    answers = UnmodifiedProgram.run(Outside.class);
  }

  @ParameterizedTest
  @CsvSource({
    "FileInputStream, new java.io.FileInputStream (a file of the machine)",
    "FileReader, new java.io.FileReader (a file of the machine)",
    "FileOutputStream, new java.io.FileOutputStream (a file of the machine)",
    "RandomAccessFile, new java.io.RandomAccessFile (a file of the machine)",
    "Scanner, new java.util.Scanner (a file of the machine)",
    "ZipFile, new java.util.zip.ZipFile (a file of the machine)",
    "File.exists, java.io.File.exists (a file of the machine)",
    "File.list, java.io.File.list (a file of the machine)",
    "File.createTempFile, java.io.File.createTempFile (a file of the machine)",
    "Files.readString, java.nio.file.Files.readString (a file of the machine)",
    "Files.writeString, java.nio.file.Files.writeString (a file of the machine)",
    "Files.exists, java.nio.file.Files.exists (a file of the machine)",
    "Files.isDirectory, java.nio.file.Files.isDirectory (a file of the machine)",
    "Files.size, java.nio.file.Files.size (a file of the machine)",
    "Files.list, java.nio.file.Files.list (a file of the machine)",
    "Files.delete, java.nio.file.Files.deleteIfExists (a file of the machine)",
    "Files.createDirectories, java.nio.file.Files.createDirectories (a file of the machine)",
    "FileChannel, java.nio.channels.FileChannel.open (a file of the machine)",
    "WatchService, sun.nio.fs.LinuxFileSystem.newWatchService (a file of the machine)",
    "AsynchronousSocketChannel, java.nio.channels.AsynchronousSocketChannel.open (a channel of",
    "ProcessBuilder, java.lang.ProcessBuilder.start (a child process)",
    "Runtime.exec, java.lang.Runtime.exec (a child process)",
    "System.in, System.in (standard input)",
    "Thread.ofPlatform, java.lang.ThreadBuilders$PlatformThreadBuilder.start (a thread that is no",
    "ForkJoinPool, java.util.concurrent.ForkJoinPool.submit (a thread that is no greenlet)",
    "CompletableFuture.orTimeout, java.util.concurrent.CompletableFuture.orTimeout (a thread",
    "caught, java.nio.file.Files.exists (a file of the machine)",
  })
  void itSaysWhichCallLeavesTheSimulationAndWhere(String what, String call) {
    assertThat(answers.get(what))
        .startsWith("ESCAPE " + call)
        .contains("is outside of the simulation")
        .contains("wanted by unmodified.Outside");
  }

  @ParameterizedTest
  @CsvSource({
    "pool of platform threads, (a thread that is no greenlet)",
    "parallel stream, (a thread that is no greenlet)",
  })
  void itSaysWhatOfTheMachineWasWanted(String what, String why) {
    assertThat(answers.get(what))
        .startsWith("ESCAPE ")
        .contains(why)
        .contains("wanted by unmodified.Outside");
  }

  @Test
  void eachWayOutIsRefused() {
    assertThat(answers.keySet().stream().filter(each -> each.startsWith("each ")))
        .hasSize(53)
        .allSatisfy(
            each ->
                assertThat(answers.get(each))
                    .as(each)
                    .startsWith("ESCAPE ")
                    .contains("wanted by unmodified."));
  }

  @Test
  void theJdkReadsItsOwnFilesClassesAndResources() {
    assertThat(answers.get("of the JDK")).isEqualTo("[true, Late, true, true, host, there]");
  }
}
