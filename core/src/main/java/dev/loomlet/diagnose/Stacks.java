package dev.loomlet.diagnose;

import dev.loomlet.jdk.JdkFrames;
import java.util.List;

/** Stacks as a user wants to read them: without the machinery above and below his own code. */
final class Stacks {
  private Stacks() {}

  /** The frames between those that do the waiting and those that started the thread. */
  static List<StackTraceElement> trim(List<StackTraceElement> stack) {
    int from = 0;
    int to = stack.size();
    while (from < to && isMachinery(stack.get(from))) {
      from++;
    }
    while (to > from && isMachinery(stack.get(to - 1))) {
      to--;
    }
    return stack.subList(from, to);
  }

  private static boolean isMachinery(StackTraceElement frame) {
    String type = frame.getClassName();
    return JdkFrames.isMachinery(frame)
        || type.startsWith("dev.loomlet.wait.")
        || type.startsWith("dev.loomlet.jdk.")
        || type.equals("dev.loomlet.diagnose.GreenletTree")
        || type.startsWith("dev.loomlet.cli.")
        || type.equals("dev.loomlet.Greenlet")
        || type.equals("dev.loomlet.GreenletTask")
        || type.equals("dev.loomlet.LoopCore")
        || (type.equals("dev.loomlet.Loop") && frame.getMethodName().contains("callable"));
  }

  /** Appends a trimmed stack, a frame a line. */
  static void append(StringBuilder text, String indent, List<StackTraceElement> stack) {
    for (StackTraceElement frame : trim(stack)) {
      text.append(indent).append("at ").append(frame).append('\n');
    }
  }

  /** The frame where the user's code is, for a report of one line each. */
  static String place(List<StackTraceElement> stack) {
    for (StackTraceElement frame : trim(stack)) {
      String type = frame.getClassName();
      if (!type.startsWith("dev.loomlet.") && !type.startsWith("java.")) {
        return " at " + frame;
      }
    }
    List<StackTraceElement> trimmed = trim(stack);
    return trimmed.isEmpty() ? "" : " at " + trimmed.getFirst();
  }
}
