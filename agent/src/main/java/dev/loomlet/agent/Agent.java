package dev.loomlet.agent;

import java.lang.instrument.Instrumentation;
import org.jspecify.annotations.Nullable;

/**
 * Where the JVM enters: {@code -javaagent:loomlet-agent.jar[=no-sockets,…]}, or the same jar loaded
 * into a running JVM.
 */
public final class Agent {
  private Agent() {}

  /**
   * Called by the JVM before {@code main}.
   *
   * @param options see {@link PatchOptions#parse}; null for none
   */
  public static void premain(@Nullable String options, Instrumentation instrumentation) {
    Patch.provide(instrumentation);
    install(options);
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

  private static void install(@Nullable String options) {
    PatchOptions parsed;
    try {
      parsed = PatchOptions.parse(options == null ? "" : options);
    } catch (IllegalArgumentException e) {
      // Anything thrown from here would end the JVM with a stack trace and nothing to understand.
      System.err.println("loomlet: " + e.getMessage() + "; nothing is patched");
      return;
    }
    for (PatchReport.Entry each : Patch.install(parsed).topics()) {
      if (!each.patched() && parsed.topics().contains(each.topic())) {
        System.err.println("loomlet: " + each.topic().optionName() + ": " + each.reason());
      }
    }
  }
}
