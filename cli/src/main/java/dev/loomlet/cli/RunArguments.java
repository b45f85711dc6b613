package dev.loomlet.cli;

import dev.loomlet.agent.PatchOptions;
import dev.loomlet.agent.Topic;
import dev.loomlet.cli.exit.CommandFailure;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@code loomlet run}.
 *
 * @param engine its name, or null for no choice
 * @param loops how many loops
 * @param policy the name of who decides what runs next, or null for no choice
 * @param properties system properties to set
 * @param patch what of the JDK is made cooperative; null for nothing
 * @param watch whether deadlocks, hogs and stalled loops are looked for
 * @param stats whether figures are printed at the end
 * @param program what is to be run
 * @param programArguments what goes to the program
 */
record RunArguments(
    @Nullable String engine,
    int loops,
    @Nullable String policy,
    Map<String, String> properties,
    @Nullable PatchOptions patch,
    boolean watch,
    boolean stats,
    ProgramChoice program,
    List<String> programArguments) {
  static final String ENGINE = "--engine";
  static final String LOOPS = "--loops";
  static final String POLICY = "--policy";
  static final String CLASS_PATH = "--class-path";
  static final String CLASS_PATH_SHORT = "-cp";
  static final String MODULE_PATH = "--module-path";
  static final String MODULE_PATH_SHORT = "-p";
  static final String MODULE = "--module";
  static final String MODULE_SHORT = "-m";
  static final String PROPERTY = "-D";
  static final String NO_WATCH = "--no-watch";
  static final String NO_PATCH = "--no-patch";
  static final String NO_CACHE = "--no-cache";
  static final String STATS = "--stats";

  /** Between options and FILE, or between FILE and what goes to the program; nobody's argument. */
  static final String END = "--";

  /** Options without a value, which may be given once. */
  private static final Set<String> FLAGS = Set.of(NO_WATCH, NO_PATCH, NO_CACHE, STATS);

  /** Every form of an option with a value, and its long one. */
  private static final Map<String, String> VALUED =
      Map.of(
          ENGINE, ENGINE,
          LOOPS, LOOPS,
          POLICY, POLICY,
          CLASS_PATH, CLASS_PATH,
          CLASS_PATH_SHORT, CLASS_PATH,
          MODULE_PATH, MODULE_PATH,
          MODULE_PATH_SHORT, MODULE_PATH,
          MODULE, MODULE,
          MODULE_SHORT, MODULE);

  /**
   * Understands arguments without picocli, whose classes are of a format too old for the start-up
   * cache, so that loading them takes longer than everything else before the compiler.
   *
   * @param args what follows {@code run}
   * @return null if something is wrong or unusual, which is then picocli's to explain
   * @throws CommandFailure if it is clear what is wrong
   */
  static @Nullable RunArguments parse(List<String> args) {
    Map<String, String> values = new LinkedHashMap<>();
    Map<String, String> properties = new LinkedHashMap<>();
    Set<String> flags = new HashSet<>();
    Set<Topic> left = EnumSet.noneOf(Topic.class);
    Set<Topic> more = EnumSet.noneOf(Topic.class);
    int i = 0;
    for (; i < args.size() && args.get(i).startsWith("-"); i++) {
      String option = args.get(i);
      Topic topic = Patching.topicOf(option);
      Topic asked = Patching.askedFor(option);
      int equals = option.indexOf('=');
      if (option.equals(END)) {
        i++;
        break;
      } else if (option.startsWith(PROPERTY)) {
        String key = option.substring(PROPERTY.length(), equals < 0 ? option.length() : equals);
        String value = equals < 0 ? "" : option.substring(equals + 1);
        if (key.isEmpty() || properties.put(key, value) != null) {
          return null;
        }
      } else if (FLAGS.contains(option)) {
        if (!flags.add(option)) {
          return null;
        }
      } else if (topic != null) {
        if (!left.add(topic)) {
          return null;
        }
      } else if (asked != null) {
        if (!more.add(asked)) {
          return null;
        }
      } else {
        String name = VALUED.get(equals < 0 ? option : option.substring(0, equals));
        String value = null;
        if (equals >= 0) {
          value = option.substring(equals + 1);
        } else if (++i < args.size()) {
          value = args.get(i);
        }
        boolean usable = value != null && !value.isEmpty() && !value.startsWith("-");
        if (name == null || !usable || values.put(name, value) != null) {
          return null;
        }
        if (name.equals(MODULE)) {
          // As java does: what follows belongs to the program.
          i++;
          break;
        }
      }
    }
    List<String> rest = args.subList(Math.min(i, args.size()), args.size());
    if (rest.isEmpty() && !values.containsKey(MODULE)) {
      return null;
    }
    return of(values, properties, flags, Patching.allBut(left, more), rest);
  }

  /**
   * Puts together what has been said.
   *
   * @param values of options, by their long names
   * @param flags options without a value
   * @param patch what of the JDK is made cooperative, unless a flag says nothing
   * @param rest the program, unless it is a module, and its arguments
   * @throws CommandFailure if a value makes no sense
   */
  static RunArguments of(
      Map<String, String> values,
      Map<String, String> properties,
      Set<String> flags,
      PatchOptions patch,
      List<String> rest) {
    String module = values.get(MODULE);
    List<String> arguments = module == null ? rest.subList(1, rest.size()) : rest;
    boolean separated = !arguments.isEmpty() && arguments.getFirst().equals(END);
    return new RunArguments(
        values.get(ENGINE),
        LoopCount.parse(values.get(LOOPS)),
        values.get(POLICY),
        properties,
        flags.contains(NO_PATCH) ? null : patch,
        !flags.contains(NO_WATCH),
        flags.contains(STATS),
        new ProgramChoice(
            module == null ? rest.getFirst() : module,
            module != null,
            ClassPath.parse(values.get(CLASS_PATH)),
            ClassPath.parse(values.get(MODULE_PATH)),
            !flags.contains(NO_CACHE)),
        List.copyOf(separated ? arguments.subList(1, arguments.size()) : arguments));
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
    return ProgramRunner.run(this, err);
  }
}
