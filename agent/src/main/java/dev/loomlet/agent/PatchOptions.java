package dev.loomlet.agent;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What to patch.
 *
 * @param topics what; unmodifiable
 */
public record PatchOptions(Set<Topic> topics) {
  private static final String NO = "no-";

  /** Checks and copies. */
  public PatchOptions {
    EnumSet<Topic> copy = EnumSet.noneOf(Topic.class);
    copy.addAll(topics);
    topics = Collections.unmodifiableSet(copy);
  }

  /** Everything. */
  public static PatchOptions all() {
    return new PatchOptions(EnumSet.allOf(Topic.class));
  }

  /** All of this but one topic. */
  public PatchOptions without(Topic topic) {
    EnumSet<Topic> rest = EnumSet.noneOf(Topic.class);
    rest.addAll(topics);
    rest.remove(topic);
    return new PatchOptions(rest);
  }

  /**
   * Understands what follows {@code -javaagent:loomlet-agent.jar=}.
   *
   * @param text such as {@code no-sockets,no-files}; empty for everything
   * @throws IllegalArgumentException if it says something else; the message says what there is
   */
  public static PatchOptions parse(String text) {
    PatchOptions options = all();
    for (String word : text.split(",", -1)) {
      if (!word.isBlank()) {
        options = options.without(topicOf(word.strip()));
      }
    }
    return options;
  }

  private static Topic topicOf(String word) {
    if (word.startsWith(NO)) {
      String name = word.substring(NO.length()).toLowerCase(Locale.ROOT);
      for (Topic each : Topic.values()) {
        if (each.optionName().equals(name)) {
          return each;
        }
      }
    }
    throw new IllegalArgumentException(
        "loomlet-agent has no option '"
            + word
            + "'; there are "
            + Arrays.stream(Topic.values())
                .map(each -> NO + each.optionName())
                .collect(Collectors.joining(", "))
            + " and "
            + Agent.NO_MAIN);
  }
}
