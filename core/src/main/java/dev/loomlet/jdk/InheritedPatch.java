package dev.loomlet.jdk;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the agent has patched, for those who start processes that are to be patched alike. Such a
 * process is told by a system property, and is patched when it opens its first loop: one without a
 * loop has no use for it, and starts faster without.
 */
public final class InheritedPatch {
  /** What follows {@code -javaagent:loomlet-agent.jar=}. */
  public static final String PROPERTY = "loomlet.patch";

  private static final String PATCH = "dev.loomlet.agent.Patch";
  private static final AtomicBoolean DONE = new AtomicBoolean();

  private static volatile @Nullable String installed;

  private InheritedPatch() {}

  /** The agent has patched something. */
  public static void installed(String options) {
    installed = options;
  }

  /** What children are to be told; null for nothing. */
  public static @Nullable String options() {
    String own = installed;
    return own != null ? own : System.getProperty(PROPERTY);
  }

  /** Patches this JVM if it was told to and has not been yet. */
  public static void applyIfWanted() {
    String wanted = System.getProperty(PROPERTY);
    if (wanted == null || !DONE.compareAndSet(false, true)) {
      return;
    }
    try {
      Class.forName(PATCH).getMethod("inherit", String.class).invoke(null, wanted);
    } catch (ClassNotFoundException e) {
      say("loomlet-agent is not in its class path");
    } catch (InvocationTargetException e) {
      say(String.valueOf(e.getCause()));
    } catch (ReflectiveOperationException e) {
      say(e.toString());
    }
  }

  private static void say(String reason) {
    System.err.println("loomlet: this process is not patched: " + reason);
  }
}
