package dev.loomlet.cli;

import dev.loomlet.agent.Patch;
import dev.loomlet.agent.PatchOptions;
import dev.loomlet.agent.PatchReport;
import dev.loomlet.agent.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the JDK cooperative for a program. */
final class Patching {
  private static final String NO = "--no-";

  private Patching() {}

  /** The topic that an option leaves alone, or null if it is another option. */
  static @Nullable Topic topicOf(String option) {
    for (Topic each : Topic.values()) {
      if (each.isDefault() && option.equals(NO + each.optionName())) {
        return each;
      }
    }
    return null;
  }

  /** The topic that an option asks for, or null if it is another option. */
  static @Nullable Topic askedFor(String option) {
    for (Topic each : Topic.values()) {
      if (!each.isDefault() && option.equals("--" + each.optionName())) {
        return each;
      }
    }
    return null;
  }

  static PatchOptions allBut(Set<Topic> left, Set<Topic> more) {
    PatchOptions options = PatchOptions.all();
    for (Topic each : more) {
      options = options.with(each);
    }
    for (Topic each : left) {
      options = options.without(each);
    }
    return options;
  }

  /**
   * Patches what is wanted.
   *
   * @param options null for nothing
   * @return a sentence for each thing that could not be done
   */
  static List<String> install(@Nullable PatchOptions options) {
    List<String> sentences = new ArrayList<>();
    if (options == null || options.topics().isEmpty()) {
      return sentences;
    }
    try {
      for (PatchReport.Entry each : Patch.install(options).topics()) {
        if (!each.patched() && options.topics().contains(each.topic())) {
          sentences.add(each.topic().optionName() + ": " + each.reason());
        }
      }
    } catch (IllegalStateException e) {
      sentences.add(String.valueOf(e.getMessage()));
    }
    return sentences;
  }
}
