package dev.loomlet.dns;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers as long as they hold; of too many, the one that was not asked for longest goes first.
 * Confined to a loop.
 */
final class AnswerCache {
  /** A server may say a week, and an address does not stay so long. */
  private static final long MOST_SECONDS = 86_400;

  /** That something is not there changes sooner, and is missed more (RFC 2308, section 5). */
  private static final long MOST_SECONDS_NEGATIVE = 900;

  private static final long SECOND = 1_000_000_000;

  private record Entry(Answer answer, long since, long nanos) {}

  private final Map<Question, Entry> entries;

  /**
   * Creates an empty cache.
   *
   * @param capacity how many answers it keeps
   */
  AnswerCache(int capacity) {
    this.entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Question, Entry> eldest) {
            return size() > capacity;
          }
        };
  }

  /**
   * Finds what holds now.
   *
   * @param now by the loop's clock, in nanoseconds
   */
  @Nullable Answer find(Question question, long now) {
    Entry entry = entries.get(question);
    if (entry == null) {
      return null;
    }
    if (now - entry.since >= entry.nanos) {
      entries.remove(question);
      return null;
    }
    return entry.answer;
  }

  /** Keeps an answer, if it holds for a time. */
  void put(Question question, Answer answer, long now) {
    if (!answer.isCertain() || answer.ttlSeconds() <= 0) {
      return;
    }
    long seconds =
        Math.min(answer.ttlSeconds(), answer.isFound() ? MOST_SECONDS : MOST_SECONDS_NEGATIVE);
    entries.put(question, new Entry(answer, now, seconds * SECOND));
  }

  void clear() {
    entries.clear();
  }

  int size() {
    return entries.size();
  }
}
