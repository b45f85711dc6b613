package dev.loomlet.diagnose;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Greenlets and threads none of which goes on by itself: they wait for one another in a circle, or
 * at a channel whose other end nobody has any more. Immutable; the state when it was found.
 *
 * @param parties in a circle at least two; each waits for the next one, the last one for the first.
 *     At a channel at least one
 * @param reason why nobody can come to the channel, in words; null for a circle
 */
public record Deadlock(List<Party> parties, @Nullable String reason) {

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
   *     greenlet, a channel
   * @param stack where it waits, the innermost frame first
   * @param holds what the one before it waits for, in the same words; null if that is nobody
   * @param since the frame that took what it holds; null if that is unknown, as it is for all but
   *     monitors: see {@code stack}, which a lock that is given back where it was taken has not
   *     left
   */
  public record Party(
      Thread thread,
      String name,
      String waitsFor,
      List<StackTraceElement> stack,
      @Nullable String holds,
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
      if (party.holds != null && !party.holds.startsWith("the end of ")) {
        text.append("    holds ").append(party.holds);
        if (party.since != null) {
          text.append(", since ").append(party.since);
        }
        text.append('\n');
      }
      text.append("    waits for ").append(party.waitsFor);
      if (reason != null) {
        text.append("\n    ").append(reason);
      } else if (!party.waitsFor.startsWith("the end of ")) {
        text.append(", which ").append(next.name).append(" holds");
      }
      text.append('\n');
      Stacks.append(text, "      ", party.stack);
    }
    return text.toString();
  }
}
