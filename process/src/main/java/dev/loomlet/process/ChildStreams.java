package dev.loomlet.process;

import dev.loomlet.Loop;
import dev.loomlet.engine.PipeOperations;
import dev.loomlet.file.Pipe;
import dev.loomlet.file.PipeReader;
import dev.loomlet.file.PipeWriter;
import dev.loomlet.linux.FileCalls;
import dev.loomlet.linux.ProcessCalls;
import dev.loomlet.linux.ProcessCalls.ChildDescriptor;
import dev.loomlet.linux.SystemCalls;
import dev.loomlet.process.ProcessOptions.Stream;
import dev.loomlet.wait.OnLoop;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The standard streams of a child on its way. Pipes are the engine's own where these have a path by
 * which the child can open its end; that end is then a blocking one, whatever the parent's is. The
 * JDK's pipes have none, so with the engine {@code nio} the parent reads and writes by threads.
 */
final class ChildStreams {
  private static final String NOTHING = "/dev/null";
  private static final String OWN = "/proc/self/fd/";

  private final ProcessCalls calls = new ProcessCalls();
  private final List<ChildDescriptor> descriptors = new ArrayList<>();
  private final List<Runnable> childsEnds = new ArrayList<>();
  private final List<Runnable> ownEnds = new ArrayList<>();
  private @Nullable PipeWriter input;
  private @Nullable PipeReader output;
  private @Nullable PipeReader errors;

  /** Opens what options ask for. */
  void open(ProcessOptions options) throws IOException {
    if (options.input() == Stream.PIPE) {
      input = inputPipe();
    } else if (options.input() == Stream.DISCARD) {
      open(0, NOTHING, FileCalls.O_RDONLY);
    }
    output = openOutput(1, options.output());
    errors = openOutput(2, options.errors());
  }

  /** What the child gets. */
  List<ChildDescriptor> descriptors() {
    return descriptors;
  }

  @Nullable PipeWriter input() {
    return input;
  }

  @Nullable PipeReader output() {
    return output;
  }

  @Nullable PipeReader errors() {
    return errors;
  }

  /** The child has begun: its ends are ours no longer, and ours stay. */
  void keepOwn() {
    ownEnds.clear();
  }

  /** Closes what is not needed here any more. */
  void closeRest() {
    childsEnds.forEach(Runnable::run);
    ownEnds.forEach(Runnable::run);
  }

  private void open(int number, String path, int flags) {
    descriptors.add(new ChildDescriptor.Opened(number, path, flags));
  }

  private @Nullable PipeReader openOutput(int number, Stream stream) throws IOException {
    if (stream == Stream.PIPE) {
      return outputPipe(number);
    }
    if (stream == Stream.DISCARD) {
      open(number, NOTHING, FileCalls.O_WRONLY);
    }
    return null;
  }

  private PipeWriter inputPipe() throws IOException {
    Pipe pipe = Pipe.open();
    Path path = pathOf(each -> each.pathOf(pipe.reader().end()));
    if (path != null) {
      ownEnds.add(pipe.writer()::close);
      childsEnds.add(pipe.reader()::close);
      open(0, path.toString(), FileCalls.O_RDONLY);
      return pipe.writer();
    }
    pipe.close();
    int source = Launch.checked(calls.pipe());
    int sink = calls.second();
    childsEnds.add(() -> SystemCalls.close(source));
    open(0, OWN + source, FileCalls.O_RDONLY);
    FileChannel channel = openOwn(sink, StandardOpenOption.WRITE);
    PipeWriter writer = PipeWriter.of(Channels.newOutputStream(channel), "a child's input");
    ownEnds.add(writer::close);
    return writer;
  }

  private PipeReader outputPipe(int number) throws IOException {
    Pipe pipe = Pipe.open();
    Path path = pathOf(each -> each.pathOf(pipe.writer().end()));
    if (path != null) {
      ownEnds.add(pipe.reader()::close);
      childsEnds.add(pipe.writer()::close);
      open(number, path.toString(), FileCalls.O_WRONLY);
      return pipe.reader();
    }
    pipe.close();
    int source = Launch.checked(calls.pipe());
    int sink = calls.second();
    childsEnds.add(() -> SystemCalls.close(sink));
    open(number, OWN + sink, FileCalls.O_WRONLY);
    FileChannel channel = openOwn(source, StandardOpenOption.READ);
    PipeReader reader = PipeReader.of(Channels.newInputStream(channel), "a child's output");
    ownEnds.add(reader::close);
    return reader;
  }

  /** An end once more, as a blocking one. */
  private static FileChannel openOwn(int descriptor, StandardOpenOption option) throws IOException {
    try {
      return FileChannel.open(Path.of(OWN + descriptor), option);
    } finally {
      SystemCalls.close(descriptor);
    }
  }

  private interface PathOf {
    @Nullable Path of(PipeOperations pipes);
  }

  private static @Nullable Path pathOf(PathOf end) throws IOException {
    Loop loop = Loop.current();
    return OnLoop.call(loop, () -> end.of(loop.engine().pipes()));
  }
}
