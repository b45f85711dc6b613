package dev.loomlet.agent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
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

  /** Everything but what must be asked for. */
  public static PatchOptions all() {
    EnumSet<Topic> usual = EnumSet.allOf(Topic.class);
    usual.removeIf(each -> !each.isDefault());
    return new PatchOptions(usual);
  }

  /** All of this and a topic more. */
  public PatchOptions with(Topic topic) {
    EnumSet<Topic> more = EnumSet.of(topic);
    more.addAll(topics);
    return new PatchOptions(more);
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
   * @param text such as {@code no-sockets,threads}; empty for {@link #all}
   * @throws IllegalArgumentException if it says something else; the message says what there is
   */
  public static PatchOptions parse(String text) {
    PatchOptions options = all();
    for (String word : text.split(",", -1)) {
      if (!word.isBlank()) {
        options = options.adjustedBy(word.strip().toLowerCase(Locale.ROOT));
      }
    }
    return options;
  }

  /** What {@link #parse} understands as this. */
  String toText() {
    List<String> words = new ArrayList<>();
    for (Topic each : Topic.values()) {
      boolean wanted = topics.contains(each);
      if (wanted != each.isDefault()) {
        words.add((wanted ? "" : NO) + each.optionName());
      }
    }
    return String.join(",", words);
  }

  private PatchOptions adjustedBy(String word) {
    for (Topic each : Topic.values()) {
      if (word.equals(NO + each.optionName())) {
        return without(each);
      }
      if (!each.isDefault() && word.equals(each.optionName())) {
        return with(each);
      }
    }
    throw new IllegalArgumentException(
        "loomlet-agent has no option '"
            + word
            + "'; there are "
            + Arrays.stream(Topic.values())
                .map(each -> (each.isDefault() ? NO : "") + each.optionName())
                .collect(Collectors.joining(", "))
            + " and "
            + Agent.NO_MAIN);
  }
}
