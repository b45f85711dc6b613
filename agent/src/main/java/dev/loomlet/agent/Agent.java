package dev.loomlet.agent;

import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the JVM enters: {@code -javaagent:loomlet-agent.jar[=no-sockets,…]}, or the same jar loaded
 * into a running JVM.
 *
 * <p>By the flag, the program's {@code main} becomes a greenlet, too, unless {@value #NO_MAIN} is
 * among the options.
 */
public final class Agent {
  /** The option that leaves the program's {@code main} where it is. */
  static final String NO_MAIN = "no-main";

  private Agent() {}

  /**
   * Called by the JVM before {@code main}.
   *
   * @param options see {@link PatchOptions#parse}; null for none
   */
  public static void premain(@Nullable String options, Instrumentation instrumentation) {
    Patch.provide(instrumentation);
    List<String> words = new ArrayList<>(List.of((options == null ? "" : options).split(",", -1)));
    boolean main = !words.removeIf(each -> each.strip().equals(NO_MAIN));
    if (install(String.join(",", words)) && main) {
      String reason = Patch.runMainOnLoop();
      if (reason != null) {
        System.err.println("loomlet: main is no greenlet: " + reason);
      }
    }
  }

  /**
   * Called when loaded into a running JVM: by {@link Patch}, which then goes on itself, or by an
   * attach tool.
   *
   * @param options as for {@link #premain}
   */
  public static void agentmain(@Nullable String options, Instrumentation instrumentation) {
    if (Patch.provide(instrumentation)) {
      return;
    }
    install(options);
  }

  /** Returns whether the options made sense. */
  static boolean install(@Nullable String options) {
    PatchOptions parsed;
    try {
      parsed = PatchOptions.parse(options == null ? "" : options);
    } catch (IllegalArgumentException e) {
      // Anything thrown from here would end the JVM with a stack trace and nothing to understand.
      System.err.println("loomlet: " + e.getMessage() + "; nothing is patched");
      return false;
    }
    for (PatchReport.Entry each : Patch.install(parsed).topics()) {
      if (!each.patched() && parsed.topics().contains(each.topic())) {
        System.err.println("loomlet: " + each.topic().optionName() + ": " + each.reason());
      }
    }
    return true;
  }
}
