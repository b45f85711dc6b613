package dev.loomlet.sim.world;

import dev.loomlet.engine.EngineContext;
import dev.loomlet.sched.Policy;
import dev.loomlet.sched.Step;
import dev.loomlet.wait.Task;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Who runs next in a simulation; and on which machine it runs, for a greenlet belongs to the
 * machine of the one that spawned it. The steps of a machine that has crashed are dropped, so its
 * greenlets stop where they stand, as if the power had gone.
 */
public final class SimPolicy implements Policy {
  /** How much time a step takes while the simulation ends, so that nobody can hold it up. */
  private static final long CLOSING_STEP_NANOS = 1_000_000;

  private final World world;
  private final Chooser chooser;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final ReadyList ready = new ReadyList();
  private final @Nullable Decisions decisions;
  private final long stepLimit;

  /** Whose step runs; null between greenlets. */
  private @Nullable StepInfo running;

  private @Nullable Thread runningThread;
  private final Monitors monitors = new Monitors();

  /** Where the next new greenlet lives; null for the machine of who spawns it. */
  private @Nullable Machine target;

  private int greenlets;
  private long steps;
  private long stepsHere;
  private long here;

  SimPolicy(World world, Chooser chooser, boolean recording, long stepLimit) {
    this.world = world;
    this.chooser = chooser;
    this.decisions = recording ? new Decisions() : null;
    this.stepLimit = stepLimit;
  }

  @Override
  public void add(Runnable continuation) {
    if (!(continuation instanceof Step step)) {
      tasks.add(continuation);
      return;
    }
    StepInfo info = (StepInfo) step.state();
    if (info == null) {
      info = adopt(step);
    }
    if (info.inMonitor) {
      monitors.left(info);
    }
    if (info.isAlive()) {
      info.ready = true;
      ready.add(step);
    }
  }

  @Override
  public boolean wantsSteps() {
    return true;
  }

  /** Says how to get what the JDK's threads have made ready. */
  public void attach(EngineContext context) {
    monitors.attach(context);
  }

  /** Takes those who have been let into monitors; whether there are any. */
  public boolean settleMonitors() {
    int before = size();
    monitors.settle(tasks, ready);
    return size() > before;
  }

  /** The simulation is over. */
  public void end() {
    monitors.end();
  }

  private StepInfo adopt(Step step) {
    Machine machine = target;
    if (machine == null) {
      machine = world.current();
    }
    int serial = ++greenlets;
    Thread thread = step.thread();
    String name = thread == null ? "" : thread.getName();
    if (name.isEmpty()) {
      name = "greenlet " + serial;
      if (thread != null) {
        // What the JVM would call it is another name in each run.
        thread.setName(name);
      }
    }
    Task task = thread == null ? null : Task.of(thread);
    StepInfo info = new StepInfo(serial, machine, name, task);
    step.state(info);
    if (task != null) {
      machine.add(task);
    }
    chooser.arrived(info);
    return info;
  }

  @Override
  public @Nullable Runnable next() {
    world.throwIfFailed();
    StepInfo before = running;
    Thread thread = runningThread;
    if (before != null && thread != null && !before.ready) {
      monitors.look(before, thread);
    }
    runningThread = null;
    monitors.settle(tasks, ready);
    if (!tasks.isEmpty()) {
      running = null;
      return tasks.poll();
    }
    int count = ready.size();
    if (count == 0) {
      running = null;
      return null;
    }
    countStep();
    int index = 0;
    if (count > 1) {
      index = chooser.choose(ready);
      if (decisions != null) {
        decisions.add(index);
      }
    }
    Step step = ready.remove(index);
    StepInfo info = (StepInfo) step.state();
    running = info;
    runningThread = step.thread();
    if (info != null) {
      info.ready = false;
      world.trace().step(info, index);
    }
    return step;
  }

  private void countStep() {
    steps++;
    long now = world.clock().nanoTime();
    if (now != here) {
      here = now;
      stepsHere = 0;
    }
    stepsHere++;
    if (world.isOver()) {
      world.clock().moveTo(now + CLOSING_STEP_NANOS);
    } else if (stepsHere > stepLimit) {
      world.failBusy(stepsHere);
    }
  }

  @Override
  public int size() {
    return tasks.size() + ready.size();
  }

  /** Whether the greenlet that runs is to let others run first, though it could go on. */
  public boolean yields() {
    int answer = chooser.yields();
    if (decisions != null) {
      decisions.add(answer);
    }
    return answer != 0;
  }

  /** The machine on which code is running; null between greenlets. */
  @Nullable Machine runningOn() {
    StepInfo info = running;
    return info == null ? null : info.machine;
  }

  /** The name of the greenlet that runs; null between greenlets. */
  @Nullable String runningName() {
    StepInfo info = running;
    return info == null ? null : info.name;
  }

  /** Says where greenlets live that are spawned from now on; null for where their spawner does. */
  void spawnOn(@Nullable Machine machine) {
    target = machine;
  }

  /** Drops what is ready on machines that have crashed. */
  void dropDead() {
    ready.removeDead();
    monitors.dropDead();
  }

  long steps() {
    return steps;
  }

  @Nullable Decisions decisions() {
    return decisions;
  }
}
