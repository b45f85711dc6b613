package dev.loomlet.file;

import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.engine.InputEnd;
import dev.loomlet.engine.OutputEnd;
import dev.loomlet.wait.OnLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Pipes with a name in the file system, by which processes find each other (fifo(7)); {@code
 * os.mkfifo}. Not on Windows.
 */
public final class Fifo {
  /** Nobody says when a FIFO is opened for reading: one looks again after this time at most. */
  private static final long LOOK_AGAIN_MILLIS = 20;

  private static final int OWNER_AND_OTHERS = 0666;

  private Fifo() {}

  /**
   * Makes one. Waits for the disk only.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is something at that path
   */
  public static void create(Path path) throws IOException {
    Loop loop = Loop.current();
    OnLoop.call(
        loop,
        () -> {
          loop.engine().pipes().createFifo(path, OWNER_AND_OTHERS);
          return null;
        });
  }

  /**
   * Opens one for reading. Does not wait until somebody opens it for writing: that is what the
   * first read does. After the end, when the last writer has closed it, there may be further
   * writers: open it anew for those, before this one is closed, so that none gets an error.
   *
   * @throws java.nio.file.NoSuchFileException if it does not exist
   * @throws java.nio.file.FileSystemException if it cannot be opened or is something else
   */
  public static PipeReader openReader(Path path) throws IOException {
    Loop loop = Loop.current();
    InputEnd end = OnLoop.call(loop, () -> loop.engine().pipes().openReader(path));
    return new PipeReader(loop, end);
  }

  /**
   * Opens one for writing, once somebody has opened it for reading. Waits for that; with a limit of
   * time around it, if there is to be one, such as {@link Loomlet#withTimeout(Duration,
   * dev.loomlet.Action)}.
   *
   * @throws java.nio.file.NoSuchFileException if it does not exist
   * @throws java.nio.file.FileSystemException if it cannot be opened or is something else
   */
  public static PipeWriter openWriter(Path path) throws IOException {
    Loop loop = Loop.current();
    return new PipeWriter(loop, OnLoop.call(loop, () -> awaitReader(loop, path)));
  }

  private static OutputEnd awaitReader(Loop loop, Path path) throws IOException {
    long pause = 1;
    while (true) {
      OutputEnd end = loop.engine().pipes().openWriter(path);
      if (end != null) {
        return end;
      }
      Loomlet.sleep(pause);
      pause = Math.min(pause * 2, LOOK_AGAIN_MILLIS);
    }
  }
}
