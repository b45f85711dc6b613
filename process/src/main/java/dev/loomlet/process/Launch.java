package dev.loomlet.process;

import dev.loomlet.Action;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.DescriptorsExhaustedException;
import dev.loomlet.linux.Errno;
import dev.loomlet.linux.PipeCalls;
import dev.loomlet.linux.ProcessCalls;
import dev.loomlet.linux.ProcessCalls.ChildDescriptor;
import dev.loomlet.linux.SystemCalls;
import dev.loomlet.wait.OnLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

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

  private final ProcessOptions options;
  private final List<String> command;
  private final ProcessCalls calls = new ProcessCalls();
  private final ChildStreams streams = new ChildStreams();
  private final List<ChildDescriptor> descriptors = new ArrayList<>();

  /** Ours until the child has a copy. */
  private final List<Runnable> childsEnds = new ArrayList<>();

  private final List<Runnable> ownEnds = new ArrayList<>();

  private static volatile boolean prepared;

  /** Binds native calls and collects flags, which the first time takes long. Any thread. */
  static void prepare() {
    if (!prepared) {
      ProcessCalls.bindAll();
      PipeCalls.bindAll();
      ChildCommand.of(null, List.of(), null);
      StartCache.own();
      prepared = true;
    }
  }

  private Launch(ProcessOptions options, List<String> command) {
    this.options = options;
    this.command = command;
  }

  /**
   * Starts a JVM that waits to be told what to do.
   *
   * @param ownReader whether somebody reads its answers until their end
   */
  static Child start(ProcessOptions options, boolean ownReader) throws IOException {
    prepareOnce();
    StartCache cache = StartCache.own();
    cache.beginIfMissing();
    ControlServer.startSoon();
    List<String> arguments = options.jvmArguments();
    String argument = options.detached() ? ChildMain.DETACHED : null;
    return start(
        options, ownReader, ChildCommand.of(cache.madeFor(arguments), arguments, argument));
  }

  /** As {@link #start(ProcessOptions, boolean)}, with a command of its own. */
  static Child start(ProcessOptions options, boolean ownReader, List<String> command)
      throws IOException {
    prepareOnce();
    return new Launch(options, command).start(ownReader);
  }

  /** Does what the first start takes, off the loop. */
  static void prepareOnce() throws IOException {
    if (!prepared) {
      int _ =
          offTheLoop(
              () -> {
                prepare();
                return 0;
              });
    }
  }

  /** Does what blocks where it holds up nobody else: a thread that has no loop does it itself. */
  private static int offTheLoop(IntSupplier work) throws IOException {
    if (ThreadWait.isForCaller()) {
      return work.getAsInt();
    }
    Loop loop = Loop.current();
    return OnLoop.call(loop, () -> loop.engine().files().call(work::getAsInt));
  }

  /**
   * Has a thread of its own do something that starts processes, with a loop that is closed
   * afterwards.
   *
   * @param pauseMillis before; a JVM that ends in that time need not wait for the thread
   * @param failed gets what goes wrong; on that thread
   */
  static void inBackground(String name, long pauseMillis, Action work, Consumer<Throwable> failed) {
    Thread.ofPlatform()
        .daemon()
        .name("loomlet-" + name)
        .start(
            () -> {
              try {
                Thread.sleep(pauseMillis);
                Loomlet.run(LoopOptions.defaults().withName(name), work);
              } catch (Throwable e) {
                failed.accept(e);
              }
            });
  }

  private Child start(boolean ownReader) throws IOException {
    try {
      streams.open(options);
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
      descriptors.addAll(streams.descriptors());
      int closeFrom = options.detached() ? LIFE : LIFE + 1;
      int pid = offTheLoop(() -> new ProcessCalls().spawn(command, null, descriptors, closeFrom));
      if (pid < 0) {
        throw new IOException(
            "cannot start " + command.getFirst() + " as a process: " + Errno.text(-pid));
      }
      int pidfd = checked(calls.openPid(pid));
      ownEnds.clear();
      streams.keepOwn();
      return new Child(pid, pidfd, new Wire(answers, tasks), life, ownReader, streams);
    } finally {
      childsEnds.forEach(Runnable::run);
      ownEnds.forEach(Runnable::run);
      streams.closeRest();
    }
  }

  static int checked(int descriptor) throws IOException {
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
}
