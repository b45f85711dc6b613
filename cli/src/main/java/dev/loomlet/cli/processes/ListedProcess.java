package dev.loomlet.cli.processes;

import dev.loomlet.bench.Json;
import dev.loomlet.process.ProcessReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A process: what it says of itself, and what the kernel says. Nothing of what it says is believed
 * to be of the right kind.
 *
 * @param pid its number
 * @param answers whether it has said anything that makes sense
 * @param said what it said
 * @param usage what it uses; null if it has ended meanwhile
 */
record ListedProcess(
    long pid, boolean answers, Map<String, Object> said, @Nullable ProcessUsage usage) {

  static ListedProcess of(ProcessReport report) {
    ProcessUsage usage = ProcessUsage.of(report.pid());
    Map<String, Object> said = parse(report.state());
    return new ListedProcess(report.pid(), said != null, said == null ? Map.of() : said, usage);
  }

  private static @Nullable Map<String, Object> parse(@Nullable String state) {
    if (state == null) {
      return null;
    }
    try {
      return Json.read(state) instanceof Map<?, ?> map ? copy(map) : null;
    } catch (RuntimeException | StackOverflowError e) {
      return null;
    }
  }

  private static Map<String, Object> copy(Map<?, ?> map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put(String.valueOf(key), value));
    return copy;
  }

  long parent() {
    return number(said, "parent");
  }

  String name() {
    return answers ? text(said, "name") : "does not answer";
  }

  /** Objects in a list. */
  List<Map<String, Object>> parts(String key) {
    return parts(said, key);
  }

  static List<Map<String, Object>> parts(Map<String, Object> map, String key) {
    List<Map<String, Object>> parts = new ArrayList<>();
    if (map.get(key) instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> part) {
          parts.add(copy(part));
        }
      }
    }
    return parts;
  }

  static long number(Map<String, Object> map, String key) {
    return map.get(key) instanceof Number number ? number.longValue() : 0;
  }

  static boolean truth(Map<String, Object> map, String key) {
    return map.get(key) instanceof Boolean truth && truth;
  }

  /** Without what could move a terminal's cursor. */
  static String text(Map<String, Object> map, String key) {
    String text = map.get(key) instanceof String string ? string : "";
    StringBuilder plain = new StringBuilder();
    text.codePoints()
        .limit(80)
        .forEach(c -> plain.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return plain.toString();
  }

  /** For programs. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("pid", pid);
    map.put("answers", answers);
    if (usage != null) {
      map.put("resident", usage.resident());
      map.put("processorSeconds", usage.processorSeconds());
    }
    said.forEach(map::putIfAbsent);
    return map;
  }
}
