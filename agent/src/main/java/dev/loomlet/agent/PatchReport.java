package dev.loomlet.agent;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is patched and what is not.
 *
 * @param topics in the order of {@link Topic}
 */
public record PatchReport(List<Entry> topics) {

  /**
   * One topic.
   *
   * @param topic which
   * @param patched whether its methods are patched
   * @param reason why they are not, in one sentence; null if they are
   * @param methods those that are touched for it, each with why
   */
  public record Entry(
      Topic topic, boolean patched, @Nullable String reason, List<TouchedMethod> methods) {}

  /**
   * A method of the JDK.
   *
   * @param name with class and parameter types, such as {@code sun.nio.ch.Poller.stopPoll(II)V}
   * @param reason what for
   */
  public record TouchedMethod(String name, String reason) {}

  /** The entry of a topic. */
  public Entry of(Topic topic) {
    return topics.stream().filter(each -> each.topic() == topic).findFirst().orElseThrow();
  }
}
