package dev.loomlet.sim.history;

import org.jspecify.annotations.Nullable;

/**
 * One operation of one client.
 *
 * @param id its number in the history, from 0 on, in the order of the calls
 * @param client who called
 * @param name what was called
 * @param argument of the call; null for none
 * @param result what was answered; null for nothing
 * @param called when, as a position in the history
 * @param returned when; {@link #NEVER} if no answer came, so that it may have happened or not, or
 *     may still happen
 */
public record Operation(
    int id,
    String client,
    String name,
    @Nullable Object argument,
    @Nullable Object result,
    long called,
    long returned) {
  /** No answer came. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Whether an answer came. */
  public boolean isComplete() {
    return returned != NEVER;
  }

  @Override
  public String toString() {
    String call = name + "(" + (argument == null ? "" : argument) + ")";
    return client + ": " + call + (isComplete() ? " -> " + result : " -> no answer");
  }
}
