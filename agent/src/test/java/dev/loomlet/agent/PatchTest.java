package dev.loomlet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.reflect.AccessFlag;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PatchTest {

  @Test
  void everyMethodThatIsTouchedIsThereInThisJdk() {
    for (PatchPoint each : PatchPoints.ALL) {
      assertThat(each.find()).as(each.fullName()).isNotNull();
    }
  }

  /** Whoever waits or closes in another way than those does it past the patches. */
  @Test
  void nobodyElseWaitsForOrClosesSockets() throws Exception {
    assertThat(callersOf("sun/nio/ch/Poller", Set.of("poll", "pollSelector", "stopPoll")))
        .containsExactly(
            "sun/nio/ch/DatagramChannelImpl.park",
            "sun/nio/ch/EPollSelectorImpl.timedPoll",
            "sun/nio/ch/EPollSelectorImpl.untimedPoll",
            "sun/nio/ch/NativeDispatcher.preClose",
            "sun/nio/ch/NioSocketImpl.park",
            "sun/nio/ch/NioSocketImpl.shutdownInput",
            "sun/nio/ch/NioSocketImpl.shutdownOutput",
            "sun/nio/ch/SelChImpl.park",
            "sun/nio/ch/SocketChannelImpl.shutdownInput",
            "sun/nio/ch/SocketChannelImpl.shutdownOutput");
    assertThat(callersOf("sun/nio/ch/UnixDispatcher", Set.of("close0")))
        .containsExactly("sun/nio/ch/UnixDispatcher.close");
    assertThat(callersOf("java/io/FileDescriptor", Set.of("close0")))
        .containsExactly("java/io/FileDescriptor.close");
  }

  /**
   * Methods that call a native one of their class, and are not patched: each known not to block.
   */
  @Test
  void nobodyElseBlocksOnFiles() throws Exception {
    assertThat(unpatchedCallersOfNatives("java/io/FileInputStream"))
        .containsExactly(
            "available",
            "isRegularFile",
            "length",
            "position",
            "skip",
            "traceRead0",
            "traceReadBytes");
    assertThat(unpatchedCallersOfNatives("java/io/FileOutputStream"))
        .containsExactly("traceWrite", "traceWriteBytes");
    assertThat(unpatchedCallersOfNatives("java/io/RandomAccessFile"))
        .containsExactly(
            "implReadLine", "length", "seek", "skipBytes", "traceRead0", "traceReadBytes0");
    assertThat(unpatchedCallersOfNatives("java/io/UnixFileSystem")).containsExactly("getNameMax");
    assertThat(unpatchedCallersOfNatives("sun/nio/ch/UnixFileDispatcherImpl"))
        .containsExactly(
            "allocationGranularity",
            "available",
            "isOther",
            "lock",
            "map",
            "release",
            "seek",
            "setDirectIO",
            "size",
            "unmap");
    assertThat(unpatchedCallersOfNatives("sun/nio/ch/FileDispatcherImpl")).isEmpty();
    assertThat(unpatchedCallersOfNatives("sun/nio/fs/UnixNativeDispatcher"))
        .containsExactly(
            "close",
            "fchmodatNoFollowSupported",
            "fgetxattr",
            "fremovexattr",
            "fsetxattr",
            "fstat");
  }

  private static Set<String> unpatchedCallersOfNatives(String type) throws IOException {
    Path base = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules/java.base");
    ClassModel model = ClassFile.of().parse(Files.readAllBytes(base.resolve(type + ".class")));
    Set<String> natives = new TreeSet<>();
    for (MethodModel method : model.methods()) {
      if (method.flags().has(AccessFlag.NATIVE)) {
        natives.add(method.methodName().stringValue() + method.methodType().stringValue());
      }
    }
    Set<String> callers = new TreeSet<>();
    for (MethodModel method : model.methods()) {
      boolean calls =
          method.code().stream()
              .flatMap(code -> code.elementStream())
              .anyMatch(
                  each ->
                      each instanceof InvokeInstruction call
                          && call.owner().asInternalName().equals(type)
                          && natives.contains(
                              call.name().stringValue() + call.type().stringValue()));
      String name = method.methodName().stringValue();
      boolean patched =
          PatchPoints.ALL.stream()
              .anyMatch(
                  each ->
                      each.internalName().equals(type)
                          && each.matches(name, method.methodType().stringValue()));
      if (calls && !patched && !name.startsWith("<")) {
        callers.add(name);
      }
    }
    return callers;
  }

  /** Calls from other classes, and of native methods from their own. */
  private static Set<String> callersOf(String owner, Set<String> methods) throws IOException {
    Set<String> callers = new TreeSet<>();
    Path base = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules/java.base");
    for (String folder : List.of("sun/nio/ch", "java/io", "java/net", "sun/net")) {
      try (Stream<Path> files = Files.walk(base.resolve(folder))) {
        for (Path file :
            (Iterable<Path>) files.filter(each -> each.toString().endsWith(".class"))::iterator) {
          ClassModel model = ClassFile.of().parse(Files.readAllBytes(file));
          for (MethodModel method : model.methods()) {
            boolean calls =
                method.code().stream()
                    .flatMap(code -> code.elementStream())
                    .anyMatch(
                        each ->
                            each instanceof InvokeInstruction call
                                && call.owner().asInternalName().equals(owner)
                                && methods.contains(call.name().stringValue()));
            String name = model.thisClass().asInternalName();
            boolean itself = name.startsWith(owner) && !methods.contains("close0");
            if (calls && !itself) {
              callers.add(name + "." + method.methodName().stringValue());
            }
          }
        }
      }
    }
    return callers;
  }

  @Test
  void theDesignNoteListsEveryMethod() throws IOException {
    Path home = Path.of(System.getProperty("loomlet.home", ".."));
    String note = Files.readString(home.resolve("docs/adr/0011-patching-the-jdk.md"));
    for (PatchPoint each : PatchPoints.ALL) {
      assertThat(note).contains("`" + each.className() + "." + each.method() + "`");
    }
  }

  @Test
  void patchingTwiceChangesNothing() {
    // given
    PatchReport first = Patch.all();
    // when
    PatchReport second = Patch.all();
    // then
    assertThat(second).isEqualTo(first);
    assertThat(second.topics()).allMatch(each -> each.patched() || !each.topic().isDefault());
  }

  @Test
  void aMethodThatHasMovedIsNotFound() {
    PatchPoint moved =
        new PatchPoint(
            EnumSet.of(Topic.SOCKETS), "sun.nio.ch.Poller", "poll", "(I)V", "gone", _ -> {});
    PatchPoint goneWithItsClass =
        new PatchPoint(EnumSet.of(Topic.SOCKETS), "sun.nio.ch.Nobody", "x", "()V", "", _ -> {});

    assertThat(moved.find()).isNull();
    assertThat(Patch.reasonWithout(moved))
        .isEqualTo(
            "left as the JDK has it, because this one ("
                + Runtime.version()
                + ") has no method sun.nio.ch.Poller.poll(I)V");
    assertThat(goneWithItsClass.find()).isNull();
  }

  @Test
  void optionsAreReadAndMistakesExplained() {
    assertThat(PatchOptions.parse("")).isEqualTo(PatchOptions.all());
    assertThat(PatchOptions.parse("no-sockets, no-names").topics())
        .containsExactly(Topic.STDIN, Topic.PROCESS, Topic.FILES);
    assertThat(PatchOptions.parse("threads,no-files").topics())
        .containsExactly(Topic.SOCKETS, Topic.STDIN, Topic.PROCESS, Topic.NAMES, Topic.THREADS);
    assertThatThrownBy(() -> PatchOptions.parse("sockets"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "loomlet-agent has no option 'sockets'; there are no-sockets, no-stdin, no-process,"
                + " no-files, no-names, threads and no-main");
  }

  @Test
  void asTheOnlyFlagTheAgentIsEnough() throws Exception {
    // given
    Path jar = AgentJar.locate();
    // when: greenlets of a JVM without any other flag wait for standard input
    Process child = start("-javaagent:" + jar + "=no-main");
    child.getOutputStream().write('x');
    child.getOutputStream().close();
    // then
    assertThat(outputOf(child)).isEqualTo("ticked, read 120, SOCKETS STDIN PROCESS FILES NAMES \n");
    assertThat(child.waitFor()).isZero();
  }

  @Test
  void lateAndInPartItSaysWhatIsPatchedAndWhatGoesOnGoesOn() throws Exception {
    // given: a greenlet waits in a socket of the JDK while sockets alone are patched, then the rest
    Process child = start(PatchesLate.class, "-javaagent:" + AgentJar.locate() + "=" + ALL_OFF);
    child.getOutputStream().close();
    // then
    assertThat(outputOf(child))
        .isEqualTo(
            """
            sockets: nobody has asked for it to be patched
            sockets patched, names: nobody has asked for it to be patched
            read 7
            all patched but threads: nobody has asked for it to be patched
            """);
    assertThat(child.waitFor()).isZero();
  }

  @Test
  void aWrongOptionIsSaidInOneLine() throws Exception {
    Process child = start("-javaagent:" + AgentJar.locate() + "=no-nonsense");
    child.getOutputStream().close();
    assertThat(outputOf(child)).startsWith("loomlet: loomlet-agent has no option 'no-nonsense'");
  }

  private static final String ALL_OFF = "no-main,no-sockets,no-stdin,no-process,no-files,no-names";

  private static Process start(String flag) throws IOException {
    return start(ReadsStdin.class, flag);
  }

  private static Process start(Class<?> program, String flag) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            // It ends before a better compiler would have paid.
            "-XX:TieredStopAtLevel=1",
            flag,
            "-cp",
            System.getProperty("java.class.path"),
            program.getName())
        .redirectErrorStream(true)
        .start();
  }

  private static String outputOf(Process child) throws IOException {
    try (InputStream in = child.getInputStream()) {
      return new String(in.readAllBytes());
    }
  }
}
