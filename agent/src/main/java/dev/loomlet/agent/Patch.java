package dev.loomlet.agent;

import dev.loomlet.jdk.InheritedPatch;
import dev.loomlet.jdk.JdkInternals;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.Security;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes blocking code of the JDK cooperative (gevent: {@code gevent.monkey}).
 *
 * <p>After {@link #all()}, code that knows nothing of Loomlet, and runs as a greenlet, lets the
 * others of its loop run where it would have blocked their thread. Threads outside of loops notice
 * nothing.
 *
 * <p>Sleeping, parking, locks, {@code Object.wait} and whatever is made of them are cooperative
 * without being patched.
 *
 * <p>Early or late, twice, or bit by bit does no harm; what is patched stays so. On a JDK whose
 * methods are others than these were written for, a topic is left alone as a whole, and the report
 * says why. Thread-safe.
 */
public final class Patch {
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final Set<Topic> PATCHED = EnumSet.noneOf(Topic.class);
  private static final Map<Topic, String> REASONS = new EnumMap<>(Topic.class);
  private static final Set<PatchPoint> WOVEN = new LinkedHashSet<>();

  private static final String NOT_ASKED = "nobody has asked for it to be patched";

  /** Those that belong to no topic. */
  private static final Set<PatchPoint> WOVEN_ALONE = new LinkedHashSet<>();

  private static volatile @Nullable Instrumentation instrumentation;

  /** Whether this class loads the agent, so that the agent need not install anything. */
  private static volatile boolean loading;

  private static boolean prepared;

  /** Opened when it is needed. */
  private static @Nullable KeptClasses kept;

  /** Whether {@link #simulate} has been called. */
  private static boolean simulating;

  private Patch() {}

  /**
   * Patches everything but {@link Topic#THREADS} (gevent: {@code patch_all}).
   *
   * @return what is patched now
   * @throws IllegalStateException if this JVM cannot be patched; says what to do
   */
  public static PatchReport all() {
    return install(PatchOptions.all());
  }

  /**
   * Patches what is not patched yet. Takes some tens of milliseconds; best before the program
   * begins.
   *
   * @return what is patched now
   * @throws IllegalStateException if this JVM cannot be patched; says what to do
   */
  public static PatchReport install(PatchOptions options) {
    LOCK.lock();
    try {
      Set<Topic> wanted = EnumSet.noneOf(Topic.class);
      wanted.addAll(options.topics());
      wanted.removeAll(PATCHED);
      // An agent that is to patch nothing still gives greenlets what they need of the JVM.
      if (!wanted.isEmpty() || (instrumentation != null && !prepared)) {
        patch(wanted);
        InheritedPatch.installed(new PatchOptions(PATCHED).toText());
      }
      return report();
    } finally {
      LOCK.unlock();
    }
  }

  /**
   * Patches what the parent of this process has patched, and says on standard error what could not
   * be. Called when the first loop is opened, if the system property {@code loomlet.patch} is set.
   *
   * @param options see {@link PatchOptions#parse}
   */
  public static void inherit(String options) {
    Agent.install(options);
  }

  /**
   * Waits until all threads have ended that became greenlets ({@link Topic#THREADS}) and are not
   * daemons, as the JVM does with real ones at the end of {@code main}. A greenlet as others run.
   *
   * @throws InterruptedException if the caller is interrupted or cancelled
   */
  public static void awaitThreads() throws InterruptedException {
    StandIns.awaitEnd();
  }

  /**
   * Has the JDK and the program go by the clock of their loop where that is a virtual one, and by
   * the chance of their loop where that is simulated: {@code Thread.sleep}, waits for a time,
   * {@code System.nanoTime}, {@code currentTimeMillis} and what is built on them, {@code Random},
   * {@code Math.random}, {@code ThreadLocalRandom}, {@code SecureRandom}, {@code UUID}. Of the
   * program's classes those are changed that are loaded from now on, so it comes before the
   * program. Sockets, channels and selectors are of the simulated network there, and so are {@code
   * HttpClient} and {@code HttpServer}. On other loops, and on threads without one, nothing is
   * different.
   *
   * <p>What a simulation does not have is refused there with the call and its place: asynchronous
   * channels, files, standard input, child processes, and threads that do not become greenlets.
   * What the JDK does for itself, such as loading classes, goes on.
   *
   * @throws IllegalStateException if this JVM cannot be changed so; says why
   */
  public static void simulate() {
    LOCK.lock();
    try {
      if (simulating) {
        return;
      }
      Instrumentation tool = instrumentation();
      String reason =
          prepare(tool, Set.of()) ? enclose(tool) : "the JDK's internals are out of reach";
      if (reason != null) {
        throw new IllegalStateException(
            "unmodified code cannot be made to go by a virtual clock: " + reason);
      }
      // Else it would know addresses from the simulation before, and one lookup less.
      Security.setProperty("networkaddress.cache.ttl", "0");
      Security.setProperty("networkaddress.cache.negative.ttl", "0");
      // Else it would keep connections for the simulation after, and have a thread close them.
      System.setProperty("http.keepAlive", "false");
      System.setIn(new RefusedInput(System.in));
      simulating = true;
    } finally {
      LOCK.unlock();
    }
  }

  /** Has code of a simulation stay in it; returns why it cannot, in one sentence. */
  private static @Nullable String enclose(Instrumentation tool) {
    for (PatchPoint each : SimulatedPoints.ALL) {
      if (each.find() == null) {
        return reasonWithout(each);
      }
    }
    for (NativeCall each : NativeCall.values()) {
      if (!each.isPresent()) {
        return "this JDK (" + Runtime.version() + ") has no method " + each.fullName();
      }
    }
    try {
      VirtualCalls.prepare();
      Escapes.prepare();
    } catch (ReflectiveOperationException | LinkageError e) {
      return "its sockets cannot be made: " + e;
    }
    Access.exportHooks(tool);
    Set<Class<?>> classes = new LinkedHashSet<>();
    SimulatedJdk simulated = SimulatedJdk.install(tool, classes);
    WOVEN_ALONE.addAll(SimulatedPoints.ALL);
    String reason = weaveAll(tool, classes);
    return simulated.failure() == null
        ? reason
        : "the JDK's classes could not be changed: " + simulated.failure();
  }

  /** What is patched, what is not, and why (for {@code loomlet doctor}). */
  public static PatchReport report() {
    LOCK.lock();
    try {
      List<PatchReport.Entry> entries = new ArrayList<>();
      for (Topic topic : Topic.values()) {
        boolean patched = PATCHED.contains(topic);
        String reason = patched ? null : REASONS.getOrDefault(topic, NOT_ASKED);
        entries.add(new PatchReport.Entry(topic, patched, reason, methodsOf(topic)));
      }
      return new PatchReport(List.copyOf(entries));
    } finally {
      LOCK.unlock();
    }
  }

  private static List<PatchReport.TouchedMethod> methodsOf(Topic topic) {
    return pointsOf(Set.of(topic)).stream()
        .map(each -> new PatchReport.TouchedMethod(each.fullName(), each.why()))
        .toList();
  }

  private static List<PatchPoint> pointsOf(Set<Topic> topics) {
    return PatchPoints.ALL.stream()
        .filter(each -> each.topics().stream().anyMatch(topics::contains))
        .toList();
  }

  /** The agent has been loaded; returns whether that was asked for here. */
  static boolean provide(Instrumentation provided) {
    instrumentation = provided;
    return loading;
  }

  private static void patch(Set<Topic> wanted) {
    Instrumentation tool = instrumentation();
    if (!prepare(tool, wanted)) {
      return;
    }
    Set<Topic> possible = EnumSet.noneOf(Topic.class);
    Set<Class<?>> classes = new LinkedHashSet<>();
    for (Topic topic : wanted) {
      List<Class<?>> found = new ArrayList<>();
      String missing = findAll(topic, found);
      if (missing == null) {
        possible.add(topic);
        classes.addAll(found);
      } else {
        REASONS.put(topic, missing);
      }
    }
    if (!possible.isEmpty()) {
      weave(tool, possible, classes);
    }
  }

  private static @Nullable String findAll(Topic topic, List<Class<?>> classes) {
    List<PatchPoint> points = pointsOf(Set.of(topic));
    String present = "all methods of " + topic;
    // To look at the methods of so many classes takes longer than to change those.
    boolean known = kept().has(present);
    for (PatchPoint point : points) {
      Class<?> type = known ? point.type() : point.find();
      if (type == null) {
        return reasonWithout(point);
      }
      if (!WOVEN.contains(point)) {
        classes.add(type);
      }
    }
    kept().note(present);
    return null;
  }

  /** Why a topic is left alone that needs a method which is not there. */
  static String reasonWithout(PatchPoint point) {
    return "left as the JDK has it, because this one ("
        + Runtime.version()
        + ") has no method "
        + point.fullName();
  }

  private static boolean prepare(Instrumentation tool, Set<Topic> wanted) {
    if (prepared) {
      return true;
    }
    try {
      Access.open(tool);
      JdkInternals.requireFit();
      HookClass.define(kept());
      prepared = true;
      return true;
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      String reason = "left as the JDK has it, because its internals are out of reach: " + e;
      wanted.forEach(each -> REASONS.put(each, reason));
      return false;
    }
  }

  private static void weave(Instrumentation tool, Set<Topic> topics, Set<Class<?>> classes) {
    // A class is woven from its original bytes each time, so with all that it ever got.
    Set<PatchPoint> points = new LinkedHashSet<>(pointsOf(topics));
    List<PatchPoint> again = WOVEN.stream().filter(each -> !points.contains(each)).toList();
    points.addAll(again.stream().filter(each -> sharesClass(each, points)).toList());
    points.stream().filter(WOVEN::contains).map(PatchPoint::find).forEach(classes::add);
    points.addAll(WOVEN_ALONE.stream().filter(each -> sharesClass(each, points)).toList());
    Weaver weaver = new Weaver(List.copyOf(points), kept());
    Throwable failure = retransform(tool, weaver, classes);
    if (failure == null && weaver.isComplete()) {
      points.stream().filter(each -> !WOVEN_ALONE.contains(each)).forEach(WOVEN::add);
      PATCHED.addAll(topics);
      topics.forEach(REASONS::remove);
      Hooks.enable(topics);
    } else {
      String reason =
          "left as the JDK has it, because its classes could not be changed: " + failure;
      topics.forEach(each -> REASONS.put(each, reason));
    }
  }

  /**
   * Has the JDK's launcher start the program's {@code main} as a greenlet. Before it looks for it.
   *
   * @return why it will not, in one sentence; null if it will
   */
  static @Nullable String runMainOnLoop() {
    LOCK.lock();
    try {
      Instrumentation tool = instrumentation();
      String reason = weave(tool, MainOnLoop.POINT);
      return reason == null ? MainOnLoop.enable(tool) : reason;
    } finally {
      LOCK.unlock();
    }
  }

  /**
   * Has virtual threads ask {@link Spread} for their scheduler.
   *
   * @return why they will not, in one sentence; null if they will
   */
  static @Nullable String spread() {
    LOCK.lock();
    try {
      return WOVEN_ALONE.contains(Spread.POINT) ? null : weave(instrumentation(), Spread.POINT);
    } finally {
      LOCK.unlock();
    }
  }

  /** Weaves one point that belongs to no topic, in a class that has no other; returns why not. */
  private static @Nullable String weave(Instrumentation tool, PatchPoint point) {
    Class<?> type = point.find();
    if (type == null) {
      return "this JDK (" + Runtime.version() + ") has no " + point.fullName();
    }
    if (!prepare(tool, Set.of())) {
      return "the JDK's internals are out of reach";
    }
    Weaver weaver = new Weaver(List.of(point), kept());
    Throwable failure = retransform(tool, weaver, Set.of(type));
    if (failure != null || !weaver.isComplete()) {
      return point.className() + " could not be changed: " + failure;
    }
    WOVEN_ALONE.add(point);
    return null;
  }

  private static @Nullable Throwable retransform(
      Instrumentation tool, Weaver weaver, Set<Class<?>> classes) {
    tool.addTransformer(weaver, true);
    try {
      tool.retransformClasses(classes.toArray(Class<?>[]::new));
      return weaver.failure();
    } catch (UnmodifiableClassException | RuntimeException | LinkageError e) {
      return e;
    } finally {
      // What is left registered would be asked about every class that is loaded.
      tool.removeTransformer(weaver);
      kept().save();
    }
  }

  private static KeptClasses kept() {
    KeptClasses opened = kept;
    if (opened == null) {
      opened = KeptClasses.open();
      kept = opened;
    }
    return opened;
  }

  /** Weaves all that has ever been woven, and has other classes transformed with theirs. */
  private static @Nullable String weaveAll(Instrumentation tool, Set<Class<?>> classes) {
    Set<PatchPoint> points = new LinkedHashSet<>(WOVEN);
    points.addAll(WOVEN_ALONE);
    for (PatchPoint each : points) {
      Class<?> type = each.find();
      if (type != null) {
        classes.add(type);
      }
    }
    Weaver weaver = new Weaver(List.copyOf(points), kept());
    Throwable failure = retransform(tool, weaver, classes);
    return failure == null && weaver.isComplete() ? null : "they could not be patched: " + failure;
  }

  private static boolean sharesClass(PatchPoint point, Set<PatchPoint> others) {
    return others.stream().anyMatch(each -> each.className().equals(point.className()));
  }

  private static Instrumentation instrumentation() {
    Instrumentation tool = instrumentation;
    if (tool != null) {
      return tool;
    }
    loading = true;
    try {
      JdkInternals.requireFit();
      JdkInternals.loadAgent(AgentJar.locate().toString());
    } catch (ReflectiveOperationException | IOException | RuntimeException | LinkageError e) {
      throw new IllegalStateException(
          "cannot patch the JDK from within this JVM; start it with -javaagent:loomlet-agent.jar"
              + " instead",
          e);
    } finally {
      loading = false;
    }
    tool = instrumentation;
    if (tool == null) {
      throw new IllegalStateException(
          "the agent was loaded by another class loader than dev.loomlet.agent.Patch; start the JVM"
              + " with -javaagent:loomlet-agent.jar instead");
    }
    return tool;
  }
}
