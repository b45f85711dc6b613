package dev.loomlet.engine;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's pipes, on the selector. FIFOs, terminals and the like can only be read by a thread that
 * waits, so each of those gets one.
 */
final class NioPipes implements PipeOperations {
  private final NioEngine engine;
  private @Nullable InputEnd standardInput;
  private @Nullable OutputEnd standardOutput;
  private @Nullable OutputEnd standardError;

  NioPipes(NioEngine engine) {
    this.engine = engine;
  }

  @Override
  public PipeEnds open() throws IOException {
    Pipe pipe;
    try {
      pipe = Pipe.open();
    } catch (IOException e) {
      throw NioFailure.isExhausted(e) ? new DescriptorsExhaustedException("cannot make a pipe") : e;
    }
    try {
      return new PipeEnds(
          new NioInputEnd(engine, pipe.source()), new NioOutputEnd(engine, pipe.sink()));
    } catch (IOException | RuntimeException | Error e) {
      pipe.source().close();
      pipe.sink().close();
      throw e;
    }
  }

  @Override
  public InputEnd openReader(Path fifo) throws IOException {
    require(fifo);
    LateInput input = new LateInput(fifo);
    String description = "the FIFO " + fifo;
    // Who writes must find a reader, also before anything is read.
    Thread.ofPlatform()
        .daemon()
        .inheritInheritableThreadLocals(false)
        .name("loomlet-opens " + description)
        .start(input::open);
    return wrap(input, description);
  }

  @Override
  public OutputEnd openWriter(Path fifo) throws IOException {
    require(fifo);
    LateOutput output = new LateOutput(fifo);
    PumpOutput end = new PumpOutput(engine.context, engine.progress, output, "the FIFO " + fifo);
    try {
      end.open();
    } catch (IOException | RuntimeException | Error e) {
      end.close();
      throw e;
    }
    return end;
  }

  private void require(Path fifo) throws IOException {
    engine
        .files()
        .call(
            () -> {
              if (!Files.exists(fifo)) {
                throw new NoSuchFileException(fifo.toString());
              }
              if (Files.isRegularFile(fifo) || Files.isDirectory(fifo)) {
                throw new FileSystemException(
                    fifo.toString(), null, "is no FIFO; open files with LoopFiles.open");
              }
              return fifo;
            });
  }

  /** A FIFO whose opening waits for the other side, and so is left to the thread that uses it. */
  private static final class LateFifo {
    private final Path fifo;
    private final StandardOpenOption option;
    private @Nullable FileChannel channel;
    private boolean opening;
    private boolean closed;

    LateFifo(Path fifo, StandardOpenOption option) {
      this.fifo = fifo;
      this.option = option;
    }

    FileChannel channel() throws IOException {
      synchronized (this) {
        awaitOpening();
        if (closed) {
          throw new ClosedChannelException();
        }
        if (channel != null) {
          return channel;
        }
        opening = true;
      }
      FileChannel opened = null;
      try {
        opened = FileChannel.open(fifo, option);
        return opened;
      } finally {
        opened(opened);
      }
    }

    private synchronized void awaitOpening() throws IOException {
      while (opening) {
        try {
          wait();
        } catch (InterruptedException e) {
          throw new InterruptedIOException("interrupted while the FIFO " + fifo + " was opened");
        }
      }
    }

    private synchronized void opened(@Nullable FileChannel opened) throws IOException {
      opening = false;
      channel = opened;
      notifyAll();
      if (closed && opened != null) {
        opened.close();
      }
    }

    synchronized void close() throws IOException {
      closed = true;
      if (channel != null) {
        channel.close();
      } else if (opening) {
        // Both sides at once: this does not wait, and ends the wait of the other thread, also if
        // that has yet to begin.
        try (FileChannel _ =
            FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          awaitOpening();
        }
      }
    }
  }

  /** The same as a stream to be read. */
  private static final class LateInput extends InputStream {
    private final LateFifo fifo;

    LateInput(Path fifo) {
      this.fifo = new LateFifo(fifo, StandardOpenOption.READ);
    }

    /** Opens it, if that has not been done; what goes wrong the first read tells. */
    void open() {
      try {
        fifo.channel();
      } catch (IOException e) {
        // The read will try again.
      }
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("is read in blocks only");
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return fifo.channel().read(ByteBuffer.wrap(target, offset, length));
    }

    @Override
    public void close() throws IOException {
      fifo.close();
    }
  }

  /** The same as a stream to be written. */
  private static final class LateOutput extends OutputStream {
    private final LateFifo fifo;

    LateOutput(Path fifo) {
      this.fifo = new LateFifo(fifo, StandardOpenOption.WRITE);
    }

    @Override
    public void flush() throws IOException {
      fifo.channel();
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(source, offset, length);
      while (rest.hasRemaining()) {
        fifo.channel().write(rest);
      }
    }

    @Override
    public void close() throws IOException {
      fifo.close();
    }
  }

  /** A standard output, which stays open for the rest of the process. */
  private static final class Unclosed extends FileOutputStream {
    Unclosed(FileDescriptor descriptor) {
      super(descriptor);
    }

    @Override
    public void close() {
      // It is the process's.
    }
  }

  @Override
  public InputEnd standardInput() {
    InputEnd known = standardInput;
    if (known == null || !known.isOpen()) {
      known = wrap(System.in, "the standard input");
      standardInput = known;
    }
    return known;
  }

  @Override
  public OutputEnd standardOutput(Standard which) {
    OutputEnd known = which == Standard.ERROR ? standardError : standardOutput;
    if (known != null && known.isOpen()) {
      return known;
    }
    if (which == Standard.ERROR) {
      known = wrap(new Unclosed(FileDescriptor.err), "the standard error");
      standardError = known;
    } else {
      known = wrap(new Unclosed(FileDescriptor.out), "the standard output");
      standardOutput = known;
    }
    return known;
  }

  @Override
  @SuppressWarnings("SystemConsoleNull") // it is null where there is no terminal, also in JDK 25
  public boolean isTerminal(Standard which) {
    // The JDK knows of the input and output together.
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  @Override
  public int terminalSize(Standard which) {
    return -1;
  }

  @Override
  public void createFifo(Path path, int permissions) throws IOException {
    engine
        .files()
        .call(
            () -> {
              if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(path.toString());
              }
              String mode = Integer.toOctalString(permissions);
              Process mkfifo =
                  new ProcessBuilder("mkfifo", "-m", mode, path.toString())
                      .redirectErrorStream(true)
                      .start();
              try (InputStream output = mkfifo.getInputStream()) {
                String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
                if (!said.isEmpty()) {
                  throw new FileSystemException(path.toString(), null, said.strip());
                }
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
}
