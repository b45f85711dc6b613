package dev.loomlet.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a benchmark of unmodified programs compares: the JDK's virtual threads, and the loops. */
final class PairedPrograms {
  /** The reference. */
  static final String DEFAULT = "default virtual threads";

  private PairedPrograms() {}

  /**
   * The commands by name, the reference first.
   *
   * @param program a file in {@code bench/peers}
   * @throws UnmeasurableException if one of them cannot be run
   */
  static Map<String, List<String>> commands(BenchOptions options, String program, String... args)
      throws UnmeasurableException {
    if (!LoomletRun.isInReach()) {
      throw new UnmeasurableException(LoomletRun.MISSING);
    }
    String file = Home.path().resolve("bench/peers").resolve(program).toString();
    Map<String, List<String>> commands = new LinkedHashMap<>();
    commands.put(DEFAULT, LoomletRun.plain(PeerJars.classPath(), file, args));
    List<String> engines = options.engines().isEmpty() ? List.of("auto") : options.engines();
    for (String engine : engines) {
      String name = "loomlet run" + (engine.equals("auto") ? "" : " --engine " + engine);
      commands.put(name, LoomletRun.of(engine, PeerJars.classPath(), file, args));
    }
    return commands;
  }

  /** Quotients of the values of one and another, round by round. */
  static Spread ratio(List<Double> values, List<Double> base) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      ratios.add(values.get(i) / base.get(i));
    }
    return Spread.of(ratios);
  }
}
