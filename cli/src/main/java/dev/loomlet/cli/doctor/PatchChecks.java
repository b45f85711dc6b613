package dev.loomlet.cli.doctor;

import dev.loomlet.agent.Patch;
import dev.loomlet.agent.PatchOptions;
import dev.loomlet.agent.PatchReport;
import dev.loomlet.agent.Topic;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** What of this JDK can be made cooperative, which {@code loomlet run} does. */
final class PatchChecks {
  private static final String NAME = "patching the JDK";

  private PatchChecks() {}

  static List<Check> all() {
    List<Check> checks = new ArrayList<>();
    List<String> patched = new ArrayList<>();
    try {
      PatchOptions everything = new PatchOptions(EnumSet.allOf(Topic.class));
      for (PatchReport.Entry each : Patch.install(everything).topics()) {
        String topic = each.topic().optionName() + (each.topic().isDefault() ? "" : " (if asked)");
        if (each.patched()) {
          patched.add(topic);
        } else {
          checks.add(Check.warning(NAME, topic + " not", String.valueOf(each.reason())));
        }
      }
    } catch (IllegalStateException e) {
      checks.add(Check.warning(NAME, "not possible", String.valueOf(e.getMessage())));
    }
    if (!patched.isEmpty()) {
      checks.addFirst(Check.ok(NAME, String.join(", ", patched)));
    }
    return checks;
  }
}
