package dev.loomlet.diagnose;

import java.util.List;

/**
 * A queue or channel at which somebody has waited for a second or longer, while everyone who had
 * ever used its other side has ended, at least one of them by an error. So it may well be that
 * nobody comes any more; but somebody new might, and therefore it is no {@link Deadlock}.
 * Immutable; the state when it was found.
 *
 * @param place the queue or channel, in words
 * @param toTake whether they wait for something to take, so that those have ended who had put;
 *     otherwise they wait for room, and those have ended who had taken
 * @param ended who, and how, in words
 * @param waiting at least one
 */
public record Deserted(String place, boolean toTake, List<String> ended, List<Waiting> waiting) {

  /** Copies the lists. */
  public Deserted {
    ended = List.copyOf(ended);
    waiting = List.copyOf(waiting);
  }

  /**
   * One of those who wait.
   *
   * @param thread the greenlet's, or the owner of a loop
   * @param name of the greenlet with its loop, or of the thread
   * @param stack where it waits, the innermost frame first
   */
  public record Waiting(Thread thread, String name, List<StackTraceElement> stack) {

    /** Copies the stack. */
    public Waiting {
      stack = List.copyOf(stack);
    }
  }

  /** A report for people, of several lines. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("all have ended who ever ");
    text.append(toTake ? "put into " : "took from ").append(place).append(":\n");
    for (String each : ended) {
      text.append("    ").append(each).append('\n');
    }
    for (Waiting each : waiting) {
      text.append("  ")
          .append(each.name)
          .append(" has waited for more than a second ")
          .append(toTake ? "to take from it\n" : "to put into it\n");
      Stacks.append(text, "      ", each.stack);
    }
    return text.toString();
  }
}
