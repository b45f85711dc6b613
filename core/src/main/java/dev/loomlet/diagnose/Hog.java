package dev.loomlet.diagnose;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A greenlet that keeps its loop from others. Immutable; the state when it was found, while it goes
 * on.
 *
 * @param name of the greenlet, or of what else runs on the loop
 * @param loop the loop's name
 * @param time for how long it has run by then at least, without a wait
 * @param pin where it waits without leaving the loop's thread, such as {@code inside the static
 *     initialiser of com.example.Codec}; null if it runs
 * @param stack what it does, the innermost frame first
 */
public record Hog(
    String name, String loop, Duration time, @Nullable String pin, List<StackTraceElement> stack) {

  /** Copies the stack. */
  public Hog {
    stack = List.copyOf(stack);
  }

  /** A report for people, of several lines. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(name)
        .append(" has kept ")
        .append(loop)
        .append(" for more than ")
        .append(time.toMillis())
        .append(" ms");
    if (pin != null) {
      text.append(": it waits ").append(pin).append(", where it cannot leave the loop's thread");
    }
    text.append("; meanwhile none of its other greenlets can run:\n");
    Stacks.append(text, "      ", stack);
    return text.toString();
  }
}
