package dev.loomlet.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a process says of itself, by its control socket ({@code loomlet ps}). Those that can be
 * asked use processes, pools or queues of this package, or have {@linkplain #announce announced}
 * themselves, and run for half a second already; only processes of the same user can.
 *
 * @param pid its number
 * @param state a JSON object: {@code name}, {@code parent}, {@code loops}, {@code pools}, {@code
 *     queues} and others; null if it is stopped, or has not answered in time
 */
public record ProcessReport(long pid, @Nullable String state) {
  private static final int MOST = 4 * 1024 * 1024;
  private static final int BLOCK = 64 * 1024;

  /** How often it is looked whether one that does not answer is stopped. */
  private static final long LOOK_NANOS = 50_000_000;

  /**
   * Lets this process be asked, if {@code LOOMLET_CONTROL} does not say {@code off}. Does not wait;
   * nothing happens when repeated.
   *
   * @param name what it is called
   */
  public static void announce(String name) {
    ControlServer.callProgram(Objects.requireNonNull(name));
    ControlServer.startSoon();
  }

  /**
   * Asks all processes of this user at once. Waits, but not for those that are stopped; for
   * threads.
   *
   * @param timeout for each
   * @throws IOException if the folder of their sockets cannot be trusted
   */
  public static List<ProcessReport> all(Duration timeout) throws IOException {
    List<ControlFolder.Entry> entries = ControlFolder.entries();
    List<Question> questions = new ArrayList<>();
    for (ControlFolder.Entry each : entries) {
      questions.add(new Question(each));
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    List<ProcessReport> reports = new ArrayList<>();
    for (Question each : questions) {
      String state = each.answer(deadline);
      // One that has ended meanwhile has nothing to answer with.
      if (state != null || ProcessIdentity.isAlive(each.entry.identity())) {
        reports.add(new ProcessReport(each.entry.pid(), state));
      }
    }
    return reports;
  }

  /** One process, asked by a thread of its own. */
  private static final class Question {
    private final ControlFolder.Entry entry;
    private final SocketChannel channel;
    private final Thread asking;
    private volatile @Nullable String state;

    Question(ControlFolder.Entry entry) throws IOException {
      this.entry = entry;
      this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      this.asking = Thread.ofPlatform().daemon().name("loomlet-ask").start(this::ask);
    }

    private void ask() {
      try (channel) {
        channel.connect(UnixDomainSocketAddress.of(entry.socket()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        while (channel.read(block) >= 0) {
          bytes.write(block.array(), 0, block.position());
          block.clear();
          if (bytes.size() > MOST) {
            throw new IOException("an answer of more than " + MOST + " bytes");
          }
        }
        state = bytes.size() == 0 ? null : bytes.toString(StandardCharsets.UTF_8);
      } catch (IOException | RuntimeException e) {
        // It has no answer.
      }
    }

    @Nullable String answer(long deadline) throws IOException {
      try {
        while (asking.isAlive() && !ProcessIdentity.isStopped(entry.identity())) {
          long left = deadline - System.nanoTime();
          if (left <= 0) {
            return null;
          }
          // Not longer at once, for it may be stopped meanwhile.
          asking.join(Duration.ofNanos(Math.min(left, LOOK_NANOS)));
        }
        return state;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while processes were asked");
      } finally {
        channel.close();
      }
    }
  }
}
