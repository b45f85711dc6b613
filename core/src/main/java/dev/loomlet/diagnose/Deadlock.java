package dev.loomlet.diagnose;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Greenlets and threads that wait for one another in a circle, so that none of them goes on by
 * itself. Immutable; the state when it was found.
 *
 * @param parties at least two; each waits for the next one, the last one for the first
 */
public record Deadlock(List<Party> parties) {

  /** Copies the list. */
  public Deadlock {
    parties = List.copyOf(parties);
  }

  /**
   * One of them.
   *
   * @param thread the greenlet's or any other
   * @param name of the greenlet with its loop, or of the thread
   * @param waitsFor what it waits for, in words: a lock, the monitor of an object, the end of a
   *     greenlet
   * @param stack where it waits, the innermost frame first
   * @param holds what the one before it waits for, in the same words
   * @param since the frame that took what it holds; null if that is unknown, as it is for all but
   *     monitors: see {@code stack}, which a lock that is given back where it was taken has not
   *     left
   */
  public record Party(
      Thread thread,
      String name,
      String waitsFor,
      List<StackTraceElement> stack,
      String holds,
      @Nullable StackTraceElement since) {

    /** Copies the stack. */
    public Party {
      stack = List.copyOf(stack);
    }
  }

  /** A report for people, of several lines. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("deadlock of " + parties.size() + ":\n");
    for (int i = 0; i < parties.size(); i++) {
      Party party = parties.get(i);
      Party next = parties.get((i + 1) % parties.size());
      text.append("  ").append(party.name).append('\n');
      boolean lock = !party.holds.startsWith("the end of ");
      if (lock) {
        text.append("    holds ").append(party.holds);
        if (party.since != null) {
          text.append(", since ").append(party.since);
        }
        text.append('\n');
      }
      text.append("    waits for ").append(party.waitsFor);
      if (!party.waitsFor.startsWith("the end of ")) {
        text.append(", which ").append(next.name).append(" holds");
      }
      text.append('\n');
      Stacks.append(text, "      ", party.stack);
    }
    return text.toString();
  }
}
