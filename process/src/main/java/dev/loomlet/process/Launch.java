package dev.loomlet.process;

import dev.loomlet.Loop;
import dev.loomlet.engine.DescriptorsExhaustedException;
import dev.loomlet.engine.PipeOperations;
import dev.loomlet.file.Pipe;
import dev.loomlet.file.PipeReader;
import dev.loomlet.file.PipeWriter;
import dev.loomlet.linux.Errno;
import dev.loomlet.linux.FileCalls;
import dev.loomlet.linux.PipeCalls;
import dev.loomlet.linux.ProcessCalls;
import dev.loomlet.linux.ProcessCalls.ChildDescriptor;
import dev.loomlet.linux.SystemCalls;
import dev.loomlet.wait.OnLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A child on its way. It has three pipes: one for what it is told, one for its answers, and the
 * life pipe. Nobody ever writes to that, and when it ends, so does the child. The kernel closes the
 * parent's end whatever way the parent goes.
 */
final class Launch {
  /** Where the child reads what it is to do. */
  static final int TASKS = 3;

  /** Where it writes answers. */
  static final int ANSWERS = 4;

  /** Its end of the life pipe. */
  static final int LIFE = 5;

  private static final String NOTHING = "/dev/null";

  private final ProcessOptions options;
  private final ProcessCalls calls = new ProcessCalls();
  private final List<ChildDescriptor> descriptors = new ArrayList<>();

  /** Ours until the child has a copy. */
  private final List<Runnable> childsEnds = new ArrayList<>();

  private final List<Runnable> ownEnds = new ArrayList<>();
  private @Nullable PipeWriter input;
  private @Nullable PipeReader output;
  private @Nullable PipeReader errors;

  private static volatile boolean prepared;

  /** Binds native calls and collects flags, which the first time takes long. Any thread. */
  static void prepare() {
    if (!prepared) {
      ProcessCalls.bindAll();
      PipeCalls.bindAll();
      ChildCommand.of(List.of(), null);
      prepared = true;
    }
  }

  private Launch(ProcessOptions options) {
    this.options = options;
  }

  /**
   * Starts a JVM that waits to be told what to do.
   *
   * @param ownReader whether somebody reads its answers until their end
   */
  static Child start(ProcessOptions options, boolean ownReader) throws IOException {
    if (!prepared) {
      Loop loop = Loop.current();
      OnLoop.call(
          loop,
          () ->
              loop.engine()
                  .files()
                  .call(
                      () -> {
                        prepare();
                        return null;
                      }));
    }
    return new Launch(options).start(ownReader);
  }

  private Child start(boolean ownReader) throws IOException {
    Loop loop = Loop.current();
    try {
      openStreams(loop);
      int childsTasks = childs(checked(calls.pipe()));
      int tasks = own(calls.second());
      descriptors.add(new ChildDescriptor.Copied(TASKS, childsTasks));
      int answers = own(checked(calls.pipe()));
      int childsAnswers = childs(calls.second());
      descriptors.add(new ChildDescriptor.Copied(ANSWERS, childsAnswers));
      int life = -1;
      if (!options.detached()) {
        int childsLife = childs(checked(calls.pipe()));
        life = own(calls.second());
        descriptors.add(new ChildDescriptor.Copied(LIFE, childsLife));
      }
      String argument = options.detached() ? ChildMain.DETACHED : null;
      List<String> command = ChildCommand.of(options.jvmArguments(), argument);
      int closeFrom = options.detached() ? LIFE : LIFE + 1;
      int pid =
          OnLoop.call(
              loop,
              () ->
                  loop.engine()
                      .files()
                      .call(() -> new ProcessCalls().spawn(command, null, descriptors, closeFrom)));
      if (pid < 0) {
        throw new IOException(
            "cannot start " + command.getFirst() + " as a process: " + Errno.text(-pid));
      }
      int pidfd = checked(calls.openPid(pid));
      ownEnds.clear();
      return new Child(
          pid, pidfd, new Wire(answers, tasks), life, ownReader, input, output, errors);
    } finally {
      childsEnds.forEach(Runnable::run);
      ownEnds.forEach(Runnable::run);
    }
  }

  private static int checked(int descriptor) throws IOException {
    if (descriptor == -Errno.EMFILE || descriptor == -Errno.ENFILE) {
      throw new DescriptorsExhaustedException("cannot start a process");
    }
    if (descriptor < 0) {
      throw new IOException("cannot start a process: " + Errno.text(-descriptor));
    }
    return descriptor;
  }

  private int own(int descriptor) {
    ownEnds.add(() -> SystemCalls.close(descriptor));
    return descriptor;
  }

  private int childs(int descriptor) {
    childsEnds.add(() -> SystemCalls.close(descriptor));
    return descriptor;
  }

  private void openStreams(Loop loop) throws IOException {
    if (options.input() == ProcessOptions.Stream.PIPE) {
      Pipe pipe = pipe();
      input = pipe.writer();
      ownEnds.add(pipe.writer()::close);
      childsEnds.add(pipe.reader()::close);
      open(0, pathOf(loop, p -> p.pathOf(pipe.reader().end())), FileCalls.O_RDONLY);
    } else if (options.input() == ProcessOptions.Stream.DISCARD) {
      open(0, NOTHING, FileCalls.O_RDONLY);
    }
    output = openOutput(loop, 1, options.output());
    errors = openOutput(loop, 2, options.errors());
  }

  private @Nullable PipeReader openOutput(Loop loop, int number, ProcessOptions.Stream stream)
      throws IOException {
    if (stream == ProcessOptions.Stream.PIPE) {
      Pipe pipe = pipe();
      ownEnds.add(pipe.reader()::close);
      childsEnds.add(pipe.writer()::close);
      open(number, pathOf(loop, p -> p.pathOf(pipe.writer().end())), FileCalls.O_WRONLY);
      return pipe.reader();
    }
    if (stream == ProcessOptions.Stream.DISCARD) {
      open(number, NOTHING, FileCalls.O_WRONLY);
    }
    return null;
  }

  private static Pipe pipe() throws IOException {
    return Pipe.open();
  }

  private interface PathOf {
    @Nullable Path of(PipeOperations pipes);
  }

  private static String pathOf(Loop loop, PathOf end) throws IOException {
    Path path = OnLoop.call(loop, () -> end.of(loop.engine().pipes()));
    if (path == null) {
      throw new UnsupportedOperationException(
          "the engine "
              + loop.engine().name()
              + " cannot give a pipe to a process; those of Linux can, such as epoll");
    }
    return path.toString();
  }

  private void open(int number, String path, int flags) {
    descriptors.add(new ChildDescriptor.Opened(number, path, flags));
  }
}
