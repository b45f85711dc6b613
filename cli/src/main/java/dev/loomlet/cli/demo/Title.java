package dev.loomlet.cli.demo;

import java.util.List;

/** The first sentence of a source's first comment. */
final class Title {
  private Title() {}

  /** Empty if there is no comment before the code. */
  static String of(List<String> lines) {
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      String stripped = line.strip();
      if (stripped.startsWith("#!")) {
        continue;
      }
      boolean comment =
          stripped.startsWith("/")
              || stripped.startsWith("*")
              || (text.isEmpty() && stripped.isEmpty());
      String words = comment ? withoutMarkers(stripped) : "";
      if (words.isEmpty()) {
        if (!comment || !text.isEmpty()) {
          break;
        }
        continue;
      }
      text.append(text.isEmpty() ? "" : " ").append(words);
      int end = text.indexOf(". ");
      if (end >= 0) {
        text.setLength(end);
        break;
      }
    }
    String sentence = text.toString();
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  private static String withoutMarkers(String line) {
    int start = 0;
    while (start < line.length() && (line.charAt(start) == '/' || line.charAt(start) == '*')) {
      start++;
    }
    int end = line.endsWith("*/") ? Math.max(start, line.length() - 2) : line.length();
    return line.substring(start, end).strip();
  }
}
