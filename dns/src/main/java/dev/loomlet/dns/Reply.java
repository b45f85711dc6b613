package dev.loomlet.dns;

import org.jspecify.annotations.Nullable;

/** What a server said to a question. */
sealed interface Reply permits MessageReply, PlainReply {
  /** The longest time to live. */
  long MOST_SECONDS = 0x7fff_ffffL;

  /** Whether it did not fit. */
  boolean isTruncated();

  /** Whether the server has not understood the extension that allows for long answers. */
  boolean dislikesEdns();

  /** Why it says nothing about the name; null if it does. */
  @Nullable String refusal();

  /**
   * What it says about a name.
   *
   * @param aliases how many names have led to this one so far
   */
  Step interpret(Question question, int aliases);

  /** A time to live; one with the highest bit set counts as 0 (RFC 2181, section 8). */
  static long seconds(long ttl) {
    return ttl > MOST_SECONDS ? 0 : ttl;
  }
}
