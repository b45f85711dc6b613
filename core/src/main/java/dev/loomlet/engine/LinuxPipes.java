package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.FileCalls;
import dev.loomlet.linux.PipeCalls;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Pipes by Linux's system calls.
 *
 * <p>Standard streams are shared with the shell and with whoever else has them, and O_NONBLOCK is a
 * property of what is shared: a program that sets it leaves other processes with a terminal on
 * which their writes fail. So pipes and terminals are opened once more by their path in /proc,
 * which gives a description of its own that can be non-blocking. A file must not be: the shared
 * description has the position. Where a second opening is refused, as of sockets or of another
 * user's terminal, the shared one is polled, and helper threads read and write.
 */
final class LinuxPipes implements PipeOperations {
  private static final String DESCRIPTORS = "/proc/self/fd/";

  private final LinuxEngine engine;
  private @Nullable PipeCalls calls;
  private @Nullable LinuxInputEnd standardInput;
  private final @Nullable LinuxOutputEnd[] standardOutputs = new @Nullable LinuxOutputEnd[3];

  LinuxPipes(LinuxEngine engine) {
    this.engine = engine;
  }

  /**
   * Bound by a helper thread, because that takes long. Whoever opens something calls this first, so
   * that it waits then and not in the middle of a read, during which the descriptor may be closed.
   */
  PipeCalls calls() throws IOException {
    PipeCalls own = calls;
    if (own == null) {
      own = HelperThreads.callUncancellably(this, PipeCalls::new);
      calls = own;
    }
    return own;
  }

  @Override
  public PipeEnds open() throws IOException {
    PipeCalls pipeCalls = calls();
    int reading = pipeCalls.pipe();
    if (reading < 0) {
      throw engine.refused(reading);
    }
    int writing = pipeCalls.writingEnd();
    LinuxInputEnd input = new LinuxInputEnd(engine, reading, 0, "a pipe");
    try {
      register(input);
    } catch (IOException | RuntimeException | Error e) {
      SystemCalls.close(writing);
      throw e;
    }
    LinuxOutputEnd output = new LinuxOutputEnd(engine, writing, "a pipe");
    try {
      register(output);
    } catch (IOException | RuntimeException | Error e) {
      input.close();
      throw e;
    }
    return new PipeEnds(input, output);
  }

  /** Has a descriptor watched, or closes it. */
  private void register(LinuxDescriptor end) throws IOException {
    int error = engine.register(end);
    if (error < 0) {
      end.closeDescriptor();
      throw engine.refused(error);
    }
  }

  @Override
  public InputEnd openReader(Path fifo) throws IOException {
    calls();
    int fd = openFifo(fifo, FileCalls.O_RDONLY);
    FifoInputEnd end = new FifoInputEnd(engine, fd, "the FIFO " + fifo);
    register(end);
    return end;
  }

  @Override
  public @Nullable OutputEnd openWriter(Path fifo) throws IOException {
    calls();
    int fd = openFifo(fifo, FileCalls.O_WRONLY);
    if (fd < 0) {
      return null;
    }
    LinuxOutputEnd end = new LinuxOutputEnd(engine, fd, "the FIFO " + fifo);
    register(end);
    return end;
  }

  /** Opens a FIFO; -ENXIO if it is to be written and nobody reads. */
  private int openFifo(Path fifo, int mode) throws IOException {
    return engine
        .files()
        .call(
            () -> {
              FileCalls calls = LinuxFiles.BLOCKING.get();
              int fd;
              try (Arena arena = Arena.ofConfined()) {
                fd =
                    calls.open(
                        FileCalls.bytesOf(fifo, arena),
                        mode | FileCalls.O_NONBLOCK | FileCalls.O_CLOEXEC | FileCalls.O_NOCTTY,
                        0);
              }
              if (fd == -Errno.ENXIO && mode == FileCalls.O_WRONLY) {
                return fd;
              }
              if (fd < 0) {
                throw FileFailure.of(fifo, -fd);
              }
              calls.status(fd);
              if ((calls.mode() & FileCalls.S_IFMT) != FileCalls.S_IFIFO) {
                SystemCalls.close(fd);
                throw new FileSystemException(
                    fifo.toString(), null, "is no FIFO; open files with LoopFiles.open");
              }
              return fd;
            });
  }

  @Override
  public InputEnd standardInput() throws IOException {
    LinuxInputEnd known = standardInput;
    if (known != null && known.isOpen()) {
      return known;
    }
    LinuxInputEnd end = newStandardInput();
    standardInput = end;
    return end;
  }

  private LinuxInputEnd newStandardInput() throws IOException {
    String description = "the standard input";
    calls();
    int own = reopen(0, FileCalls.O_RDONLY);
    if (own >= 0) {
      LinuxInputEnd end = new LinuxInputEnd(engine, own, 0, description);
      register(end);
      return end;
    }
    SharedInputEnd end = new SharedInputEnd(engine, 0, true, description);
    return engine.register(end) == 0 ? end : new SharedInputEnd(engine, 0, false, description);
  }

  @Override
  public OutputEnd standardOutput(Standard which) throws IOException {
    LinuxOutputEnd known = standardOutputs[which.number()];
    if (known != null && known.isOpen()) {
      return known;
    }
    LinuxOutputEnd end =
        which == Standard.ERROR
            ? newStandardOutput(2, "the standard error")
            : newStandardOutput(1, "the standard output");
    standardOutputs[which.number()] = end;
    return end;
  }

  private LinuxOutputEnd newStandardOutput(int fd, String description) throws IOException {
    calls();
    int own = reopen(fd, FileCalls.O_WRONLY);
    if (own >= 0) {
      LinuxOutputEnd end = new LinuxOutputEnd(engine, own, description);
      register(end);
      return end;
    }
    SharedOutputEnd end = new SharedOutputEnd(engine, fd, true, description);
    return engine.register(end) == 0 ? end : new SharedOutputEnd(engine, fd, false, description);
  }

  /**
   * Opens a pipe or a terminal once more, non-blocking.
   *
   * @return negative if it is something else, or may not be opened
   */
  private int reopen(int fd, int mode) throws IOException {
    return engine
        .files()
        .call(
            () -> {
              FileCalls files = LinuxFiles.BLOCKING.get();
              files.status(fd);
              int kind = files.mode() & FileCalls.S_IFMT;
              if (kind != FileCalls.S_IFIFO
                  && !(kind == FileCalls.S_IFCHR && new PipeCalls().isTerminal(fd))) {
                return -Errno.EINVAL;
              }
              try (Arena arena = Arena.ofConfined()) {
                return files.open(
                    arena.allocateFrom(DESCRIPTORS + fd),
                    mode | FileCalls.O_NONBLOCK | FileCalls.O_CLOEXEC | FileCalls.O_NOCTTY,
                    0);
              }
            });
  }

  @Override
  public boolean isTerminal(Standard which) throws IOException {
    return calls().isTerminal(which.number());
  }

  @Override
  public int terminalSize(Standard which) throws IOException {
    return calls().sizeOf(which.number());
  }

  @Override
  public void createFifo(Path path, int permissions) throws IOException {
    engine
        .files()
        .call(
            () -> {
              int result;
              try (Arena arena = Arena.ofConfined()) {
                result =
                    LinuxFiles.BLOCKING.get().makeFifo(FileCalls.bytesOf(path, arena), permissions);
              }
              if (result < 0) {
                throw FileFailure.of(path, -result);
              }
              return path;
            });
  }

  @Override
  public InputEnd wrap(InputStream stream, String description) {
    return new PumpInput(engine.context, engine.progress, engine.chunks, stream, description);
  }

  @Override
  public OutputEnd wrap(OutputStream stream, String description) {
    return new PumpOutput(engine.context, engine.progress, stream, description);
  }

  @Override
  public @Nullable Path pathOf(InputEnd end) {
    return Path.of(DESCRIPTORS + ((LinuxInputEnd) end).fd);
  }

  @Override
  public @Nullable Path pathOf(OutputEnd end) {
    return Path.of(DESCRIPTORS + ((LinuxOutputEnd) end).fd);
  }
}
