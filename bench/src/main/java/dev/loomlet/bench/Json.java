package dev.loomlet.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Just enough JSON to talk to the loader and to print results: objects are maps, arrays are lists,
 * numbers are doubles when read.
 */
public final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /** Writes maps, iterables, spreads, numbers, strings, booleans and null. */
  public static String write(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(@Nullable Object value, StringBuilder out) {
    switch (value) {
      case null -> out.append("null");
      case Object none when none == Report.NONE -> out.append("null");
      case Spread spread -> {
        Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("median", spread.median());
        parts.put("min", spread.least());
        parts.put("max", spread.greatest());
        write(parts, out);
      }
      case Map<?, ?> map -> {
        String separator = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.append(separator);
          writeText(String.valueOf(entry.getKey()), out);
          out.append(':');
          write(entry.getValue(), out);
          separator = ",";
        }
        out.append(map.isEmpty() ? "{}" : "}");
      }
      case Iterable<?> list -> {
        out.append('[');
        String separator = "";
        for (Object each : list) {
          out.append(separator);
          write(each, out);
          separator = ",";
        }
        out.append(']');
      }
      case Double number when number.isNaN() || number.isInfinite() -> out.append("null");
      case Double number -> out.append(plain(number));
      case Number number -> out.append(number);
      case Boolean truth -> out.append(truth);
      default -> writeText(value.toString(), out);
    }
  }

  private static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : String.format(Locale.ROOT, Math.abs(number) < 0.001 ? "%.6e" : "%.4f", number);
  }

  private static void writeText(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException if it is not JSON
   */
  public static @Nullable Object read(String text) {
    Json json = new Json(text);
    Object value = json.value();
    json.space();
    if (json.at < text.length()) {
      throw json.wrong();
    }
    return value;
  }

  /**
   * Reads an object.
   *
   * @throws IllegalArgumentException if it is not one
   */
  static Map<?, ?> readObject(String text) {
    if (read(text) instanceof Map<?, ?> map) {
      return map;
    }
    throw new IllegalArgumentException("not a JSON object: " + text);
  }

  /**
   * A number of an object.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  static double number(Map<?, ?> object, String name) {
    if (object.get(name) instanceof Double number) {
      return number;
    }
    throw new IllegalArgumentException("no number '" + name + "' in " + object);
  }

  private @Nullable Object value() {
    space();
    char c = peek();
    return switch (c) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    at++;
    if (closes('}')) {
      return map;
    }
    do {
      space();
      if (peek() != '"') {
        throw wrong();
      }
      String name = string();
      space();
      expect(':');
      map.put(name, value());
    } while (continues('}'));
    return map;
  }

  private List<@Nullable Object> array() {
    List<@Nullable Object> list = new ArrayList<>();
    at++;
    if (closes(']')) {
      return list;
    }
    do {
      list.add(value());
    } while (continues(']'));
    return list;
  }

  private boolean closes(char end) {
    space();
    if (peek() == end) {
      at++;
      return true;
    }
    return false;
  }

  private boolean continues(char end) {
    space();
    if (peek() == ',') {
      at++;
      return true;
    }
    expect(end);
    return false;
  }

  private String string() {
    StringBuilder out = new StringBuilder();
    at++;
    while (peek() != '"') {
      char c = text.charAt(at++);
      if (c < ' ') {
        throw wrong();
      }
      out.append(c == '\\' ? escaped() : c);
    }
    at++;
    return out.toString();
  }

  private char escaped() {
    char c = peek();
    at++;
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> {
        if (at + 4 > text.length()) {
          throw wrong();
        }
        at += 4;
        yield (char) Integer.parseInt(text, at - 4, at, 16);
      }
      case '"', '\\', '/' -> c;
      default -> throw wrong();
    };
  }

  private @Nullable Object word(String word, @Nullable Object meaning) {
    if (!text.startsWith(word, at)) {
      throw wrong();
    }
    at += word.length();
    return meaning;
  }

  private Double number() {
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    try {
      return Double.valueOf(text.substring(start, at));
    } catch (NumberFormatException e) {
      throw wrong();
    }
  }

  private void expect(char c) {
    if (peek() != c) {
      throw wrong();
    }
    at++;
  }

  private char peek() {
    if (at >= text.length()) {
      throw wrong();
    }
    return text.charAt(at);
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private IllegalArgumentException wrong() {
    return new IllegalArgumentException("not JSON at " + at + ": " + text);
  }
}
