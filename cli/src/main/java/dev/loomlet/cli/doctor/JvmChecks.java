package dev.loomlet.cli.doctor;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.loomlet.Loop;
import dev.loomlet.LoopOptions;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** The JDK, its version, and the flags that Loomlet wants. */
final class JvmChecks {
  private static final int FEATURE = 25;

  /** The first update with the fix of JDK-8373120. */
  private static final int FIXED_UPDATE = 4;

  private JvmChecks() {}

  static List<Check> all() {
    List<Check> checks = new ArrayList<>();
    checks.add(version());
    checks.add(access());
    checks.add(nativeAccess());
    checks.add(tuning());
    return checks;
  }

  private static Check version() {
    Runtime.Version version = Runtime.version();
    String found = version + ", " + System.getProperty("java.vendor");
    if (version.feature() == FEATURE && version.update() < FIXED_UPDATE) {
      return Check.warning(
          "JDK",
          found,
          "a virtual thread can get stuck in a contended synchronized block (JDK-8373120): update"
              + " to 25.0.4 or later when it is there");
    }
    return Check.ok("JDK", found);
  }

  /** Also says so when this is not a JDK that Loomlet knows. */
  private static Check access() {
    try {
      LoopOptions.defaults();
    } catch (IllegalStateException e) {
      return Check.failure(
          "virtual threads", "not ours to schedule", String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      // A wrong engine has a check of its own.
    }
    return Check.ok("virtual threads", "can run on loops of ours");
  }

  private static Check nativeAccess() {
    if (Loop.class.getModule().isNativeAccessEnabled()) {
      return Check.ok("system calls", "allowed");
    }
    return Check.warning(
        "system calls",
        "not allowed by flag",
        "pass the JVM --enable-native-access=ALL-UNNAMED, as the ./loomlet launcher does");
  }

  /** What makes a parked greenlet small and a switch quick. */
  private static Check tuning() {
    List<String> absent = new ArrayList<>();
    for (String each : List.of("UseSerialGC", "UseCompactObjectHeaders")) {
      if (!isOn(each)) {
        absent.add("-XX:+" + each);
      }
    }
    if (Boolean.parseBoolean(System.getProperty("jdk.trackAllThreads", "true"))) {
      absent.add("-Djdk.trackAllThreads=false");
    }
    if (absent.isEmpty()) {
      return Check.ok("JVM flags", "those of build/jvm.args");
    }
    String flags = String.join(" ", absent);
    return Check.warning(
        "JVM flags", "without " + flags, "greenlets take more memory and time without " + flags);
  }

  private static boolean isOn(String option) {
    try {
      HotSpotDiagnosticMXBean hotSpot =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return Boolean.parseBoolean(hotSpot.getVMOption(option).getValue());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
