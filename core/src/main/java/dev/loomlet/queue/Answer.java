package dev.loomlet.queue;

/** What an {@link Exchange} says instead of giving an element. */
enum Answer {
  /** The element was put. */
  DONE,
  /** One would have to wait. */
  NOT_NOW,
  /** The exchange was shut down. */
  SHUT,
  /** The handle by which it was asked is closed. */
  CLOSED
}
