package dev.loomlet.process;

import dev.loomlet.wait.Bystanders;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Ends a child when its parent is gone: it reads a pipe of which only the parent has the writing
 * end, and that the kernel closes whichever way the parent goes.
 *
 * <p>At its end a JVM waits 0.3 s for threads that are in a system call, which is longer than
 * everything else that a short process does. So when this JVM begins to end, the thread is got out
 * of its call, by a byte that the child writes itself, and from then on looks after its parent from
 * time to time: shutdown hooks may take as long as they like.
 *
 * <p>It does not read in the first half of a second, so that a process that is over sooner has
 * nobody to get out of a call; what comes to its end by the parent's in that time ends after it.
 */
final class LifePipe {
  private static final String PIPE = ChildMain.FOLDER + Launch.LIFE;
  private static final int ORPHAN = 70;
  private static final long INTERVAL_MILLIS = 20;

  private LifePipe() {}

  /** Begins to. The thread that does it also opens the control socket, when its time has come. */
  static void watch() {
    Bystanders.start("loomlet-life", LifePipe::watchSoon);
  }

  private static void watchSoon() {
    try {
      Pause.millis(ControlServer.PAUSE_MILLIS);
      if (!isEnding()) {
        ControlServer.start();
        if (!readToEnd()) {
          Runtime.getRuntime().halt(ORPHAN);
        }
      }
      Hello hello = ChildMain.told();
      if (hello == null) {
        return; // it was never told what to do
      }
      while (parent() == hello.parent().pid()) {
        Pause.millis(INTERVAL_MILLIS);
      }
    } catch (IOException | RuntimeException e) {
      // Just as good as its end.
    } catch (InterruptedException e) {
      return; // nobody does
    }
    Runtime.getRuntime().halt(ORPHAN);
  }

  /** Whether this JVM has begun to end; if not, it will say so to {@link #readToEnd}. */
  private static boolean isEnding() {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(LifePipe::wake, "loomlet-life-end"));
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  /** Whether that was this JVM's, and not the parent's. */
  private static boolean readToEnd() throws IOException {
    try (InputStream life = new FileInputStream(PIPE)) {
      return life.read() >= 0;
    }
  }

  /** Whoever has the pipe open for reading may open it for writing, by its path. */
  private static void wake() {
    try (FileOutputStream life = new FileOutputStream(PIPE)) {
      life.write(0);
    } catch (IOException e) {
      // The JVM ends a little later.
    }
  }

  private static long parent() throws IOException {
    try (InputStream in = new FileInputStream("/proc/self/stat")) {
      String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      // The program's name is in parentheses and may have any character.
      String rest = text.substring(text.lastIndexOf(')') + 2);
      int begin = rest.indexOf(' ') + 1;
      return Long.parseLong(rest.substring(begin, rest.indexOf(' ', begin)));
    }
  }
}
