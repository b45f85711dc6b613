package dev.loomlet.cli;

import dev.loomlet.agent.PatchOptions;
import dev.loomlet.agent.Topic;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@code loomlet run}.
 *
 * @param engine its name, or null for no choice
 * @param classPath where the program's libraries are
 * @param properties system properties to set
 * @param patch what of the JDK is made cooperative; null for nothing
 * @param watch whether deadlocks, hogs and stalled loops are looked for
 * @param file the program: a source file; a jar; or, with a class path, a class
 * @param programArguments what goes to the program
 */
record RunArguments(
    @Nullable String engine,
    List<Path> classPath,
    Map<String, String> properties,
    @Nullable PatchOptions patch,
    boolean watch,
    String file,
    List<String> programArguments) {
  static final String ENGINE = "--engine";
  static final String CLASS_PATH = "--class-path";
  static final String CLASS_PATH_SHORT = "-cp";
  static final String PROPERTY = "-D";
  static final String NO_WATCH = "--no-watch";
  static final String NO_PATCH = "--no-patch";

  /**
   * Understands arguments without picocli, whose classes are of a format too old for the start-up
   * cache, so that loading them takes longer than everything else before the compiler.
   *
   * @param args what follows {@code run}
   * @return null if something is wrong or unusual, which is then picocli's to explain
   */
  static @Nullable RunArguments parse(List<String> args) {
    String engine = null;
    String classPath = null;
    Map<String, String> properties = new LinkedHashMap<>();
    boolean watch = true;
    boolean patches = true;
    Set<Topic> left = EnumSet.noneOf(Topic.class);
    Set<Topic> more = EnumSet.noneOf(Topic.class);
    int i = 0;
    for (; i < args.size() && args.get(i).startsWith("-"); i++) {
      String option = args.get(i);
      String value = null;
      int equals = option.indexOf('=');
      if (option.startsWith(PROPERTY)) {
        String key = option.substring(PROPERTY.length(), equals < 0 ? option.length() : equals);
        if (key.isEmpty() || properties.containsKey(key)) {
          return null;
        }
        properties.put(key, equals < 0 ? "" : option.substring(equals + 1));
        continue;
      }
      if (option.equals(NO_WATCH) && watch) {
        watch = false;
        continue;
      }
      if (option.equals(NO_PATCH) && patches) {
        patches = false;
        continue;
      }
      Topic topic = Patching.topicOf(option);
      if (topic != null && left.add(topic)) {
        continue;
      }
      Topic asked = Patching.askedFor(option);
      if (asked != null && more.add(asked)) {
        continue;
      }
      if (equals >= 0) {
        value = option.substring(equals + 1);
        option = option.substring(0, equals);
      } else if (++i < args.size()) {
        value = args.get(i);
      }
      boolean usable = value != null && !value.isEmpty() && !value.startsWith("-");
      if (usable && option.equals(ENGINE) && engine == null) {
        engine = value;
      } else if (usable
          && (option.equals(CLASS_PATH) || option.equals(CLASS_PATH_SHORT))
          && classPath == null) {
        classPath = value;
      } else {
        return null;
      }
    }
    if (i >= args.size()) {
      return null;
    }
    return new RunArguments(
        engine,
        classPath == null ? List.of() : ClassPath.parse(classPath),
        properties,
        patches ? Patching.allBut(left, more) : null,
        watch,
        args.get(i),
        List.copyOf(args.subList(i + 1, args.size())));
  }

  /**
   * Runs the program.
   *
   * @param err gets the compiler's messages
   * @return an exit code
   * @throws UncaughtInProgram if the program throws
   */
  int run(PrintWriter err) {
    properties.forEach(System::setProperty);
    return ProgramRunner.run(file, classPath, engine, patch, watch, programArguments, err);
  }
}
