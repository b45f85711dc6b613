package dev.loomlet;

/** What {@link Loomlet#await} waits for; asyncio's {@code return_when}. */
public enum Until {
  /** All have ended. */
  ALL_COMPLETED,
  /** The first has ended, well or not. */
  FIRST_COMPLETED,
  /** The first has failed, or all have ended. */
  FIRST_EXCEPTION
}
