package dev.loomlet.process;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.linux.ProcessCalls;
import dev.loomlet.wait.Waiter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A process of a pool. On the pool's loop only.
 *
 * <p>A process answers a task before it begins the next. So of the tasks that it has not answered
 * when it ends, the first is the one that it may have begun; the others go to another process.
 */
final class PoolWorker {
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Dispatcher dispatcher;
  private final String name;

  /** Not answered yet, in the order in which they were sent. */
  private final ArrayDeque<ProcessFuture<?>> sent = new ArrayDeque<>();

  private final ByteArrayOutputStream outgoing = new ByteArrayOutputStream();
  private @Nullable Child child;
  private @Nullable TaskClasses told;
  private @Nullable Greenlet<?> timer;
  private @Nullable String cause;
  private int given;
  private boolean ready;
  private boolean retired;
  private boolean sending;
  private boolean ended;
  private boolean killed;

  PoolWorker(Dispatcher dispatcher, String name) {
    this.dispatcher = dispatcher;
    this.name = name;
  }

  String name() {
    return name;
  }

  boolean takesTasks() {
    return ready && !retired && !ended;
  }

  boolean isRetired() {
    return retired;
  }

  int load() {
    return sent.size();
  }

  /** For whoever looks from outside. */
  Map<String, Object> state() {
    Child running = child;
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("name", name);
    state.put("pid", running == null ? 0L : (long) running.pid);
    state.put("ready", ready);
    state.put("given", sent.size());
    return state;
  }

  /** Whether it has begun a task. */
  boolean runs(ProcessFuture<?> future) {
    return sent.peek() == future;
  }

  /** The greenlet of this process, from its start to its end. */
  void run() {
    try {
      Child started =
          Launch.start(
              dispatcher.options.process().withJvmArguments("-XX:+ExitOnOutOfMemoryError"), true);
      child = started;
      started.wire.attach();
      if (ended) {
        started.signal(ProcessCalls.SIGKILL);
      }
      tell(dispatcher.classes());
      outgoing.writeBytes(Frame.encode(Frame.CALL, 0, dispatcher.first));
      flush();
      if (retired) {
        hangUp();
      }
      int most = dispatcher.options.process().maxMessage();
      for (Frame frame = receive(started, most); frame != null; frame = receive(started, most)) {
        // All that have come together, before new ones are given: one look, one message.
        for (Frame each = frame; each != null; each = started.wire.buffered(mostOf(most))) {
          answer(each);
        }
        dispatcher.answered();
      }
    } catch (IOException | RuntimeException e) {
      because("could not be worked with: " + e.getMessage());
    } finally {
      end();
    }
  }

  private static @Nullable Frame receive(Child child, int most) throws IOException {
    return child.wire.receive(mostOf(most));
  }

  /** An error has its text besides what is limited. */
  private static int mostOf(int maxMessage) {
    return maxMessage + 64 * 1024;
  }

  private void because(String text) {
    if (cause == null) {
      cause = text;
    }
  }

  private void tell(TaskClasses classes) {
    told = classes;
    outgoing.writeBytes(Frame.encode(Frame.HELLO, 0, classes.hello()));
  }

  private void answer(Frame frame) throws IOException {
    if (frame.number() == 0) {
      answerToFirst(frame);
      return;
    }
    ProcessFuture<?> future = sent.peek();
    if (future == null || future.number != frame.number()) {
      throw new IOException("it answered what it was not asked");
    }
    sent.poll();
    byte[] content = frame.content();
    if (content.length < Integer.BYTES) {
      throw new IOException("it answered nothing");
    }
    if (frame.kind() == Frame.RESULT) {
      try {
        int length = content.length - Integer.BYTES;
        future.succeed(future.classes.codec().read(content, Integer.BYTES, length));
      } catch (IOException e) {
        future.fail(e);
      }
    } else {
      future.fail(ChildMain.errorOf(content, Integer.BYTES, future.classes.codec(), name));
    }
    dispatcher.took(1_000L * Frame.getInt(content, 0));
    ProcessFuture<?> next = sent.peek();
    if (next != null) {
      begun(next);
    } else if (retired) {
      hangUp();
    }
  }

  private void answerToFirst(Frame frame) {
    if (frame.kind() == Frame.RESULT) {
      ready = true;
      dispatcher.ready();
      return;
    }
    CompactCodec codec = dispatcher.classes().codec();
    Throwable error = ChildMain.errorOf(frame.content(), Integer.BYTES, codec, name);
    because("failed in its initializer: " + error);
    retired = true;
    hangUp();
  }

  /** Sends a task, with {@link #flush}. */
  void give(ProcessFuture<?> future) {
    byte[] task = future.task;
    if (task == null) {
      return;
    }
    if (told != future.classes) {
      tell(future.classes);
    }
    outgoing.writeBytes(Frame.encode(Frame.CALL, future.number, task));
    sent.add(future);
    if (sent.size() == 1) {
      begun(future);
    }
    int most = dispatcher.options.maxTasksPerChild();
    if (++given == most) {
      retired = true;
      dispatcher.retires();
    }
  }

  /**
   * A task is the first one now, so it may have begun. There is one timer for all tasks of this
   * process, and it is late rather than set anew for each: it looks which task is the first then.
   */
  private void begun(ProcessFuture<?> future) {
    Duration limit = dispatcher.options.taskTimeout();
    if (limit != null) {
      future.begun = now();
      if (timer == null) {
        timer = Loomlet.spawnLater(limit, () -> lookAtTime(limit));
      }
    }
  }

  private static long now() {
    return Loop.current().clock().nanoTime();
  }

  private void stopTimer() {
    Greenlet<?> running = timer;
    if (running != null) {
      running.cancel(false);
      timer = null;
    }
  }

  private void lookAtTime(Duration limit) {
    timer = null;
    ProcessFuture<?> first = sent.peek();
    if (first == null || ended) {
      return;
    }
    long left = first.begun + limit.toNanos() - now();
    if (left > 0) {
      timer = Loomlet.spawnLater(Duration.ofNanos(left), () -> lookAtTime(limit));
      return;
    }
    first.fail(
        new TimeoutException(
            "a task ran longer than the pool's limit of " + limit + ", and was killed"));
    kill();
  }

  /** Sends what is to be sent, as far as the pipe takes it; the rest in a greenlet. */
  void flush() {
    Child to = child;
    if (to == null || sending || ended || outgoing.size() == 0) {
      return;
    }
    byte[] bytes = outgoing.toByteArray();
    outgoing.reset();
    try {
      int n = to.wire.sendNow(bytes, 0);
      if (n < bytes.length) {
        sending = true;
        Loomlet.spawn(name + " sender", () -> sendRest(to, bytes, n));
      }
    } catch (IOException e) {
      // Who reads sees the end.
    }
  }

  private void sendRest(Child to, byte[] bytes, int offset) {
    try {
      to.wire.send(bytes, offset);
    } catch (IOException e) {
      return; // who reads sees the end
    } finally {
      sending = false;
    }
    flush();
  }

  /** Takes no more tasks, and ends after those that it has. */
  void retire() {
    if (!retired) {
      retired = true;
      if (sent.isEmpty()) {
        hangUp();
      }
    }
  }

  /** The child sees the end of what it is asked, and ends. */
  private void hangUp() {
    Child to = child;
    if (to != null && !ended) {
      to.wire.endSending();
    }
  }

  void kill() {
    Child running = child;
    retired = true;
    killed = true;
    if (running == null) {
      ended = true;
    } else {
      running.signal(ProcessCalls.SIGKILL);
    }
  }

  private void end() {
    Child gone = child;
    ended = true;
    stopTimer();
    String how = cause;
    if (gone != null) {
      if (!gone.await(GRACE.toNanos())) {
        gone.signal(ProcessCalls.SIGKILL);
        gone.await(Waiter.FOREVER);
      }
      gone.closeWire();
      how = how != null ? how : ExitText.of(gone.exitCode());
    }
    String text = how == null ? "ended" : how;
    ProcessFuture<?> first = sent.poll();
    if (first != null) {
      first.fail(
          new BrokenProcessPoolException("process " + name + ", which ran the task, " + text));
    }
    List<ProcessFuture<?>> unbegun = new ArrayList<>(sent);
    sent.clear();
    dispatcher.gone(this, unbegun, !ready && !killed, text);
  }
}
