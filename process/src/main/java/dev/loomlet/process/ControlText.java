package dev.loomlet.process;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes maps, lists, texts, numbers and truths as JSON (RFC 8259). */
final class ControlText {
  private final StringBuilder out = new StringBuilder();

  private ControlText() {}

  static String of(Map<String, ?> object) {
    ControlText text = new ControlText();
    text.write(object);
    return text.out.toString();
  }

  private void write(@Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> map -> {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> each : map.entrySet()) {
          out.append(separator);
          quote(String.valueOf(each.getKey()));
          out.append(':');
          write(each.getValue());
          separator = ",";
        }
        out.append('}');
      }
      case Iterable<?> list -> {
        out.append('[');
        String separator = "";
        for (Object each : list) {
          out.append(separator);
          write(each);
          separator = ",";
        }
        out.append(']');
      }
      case Boolean truth -> out.append(truth.booleanValue());
      case Integer number -> out.append(number.intValue());
      case Long number -> out.append(number.longValue());
      default -> quote(value.toString());
    }
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
