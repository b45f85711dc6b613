package dev.loomlet.cli;

import dev.loomlet.LoopOptions;
import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.sched.Policies;
import dev.loomlet.sched.Policy;
import java.util.Iterator;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The value of {@code --policy}. */
final class PolicyChoice {
  /** For help and shell completion. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Policies.names().iterator();
    }
  }

  private PolicyChoice() {}

  /**
   * Understands it.
   *
   * @param name of a policy, or null to leave it as it is
   * @return puts it into a loop's options
   * @throws CommandFailure if there is no such policy
   */
  static UnaryOperator<LoopOptions> parse(@Nullable String name) {
    if (name == null) {
      return UnaryOperator.identity();
    }
    try {
      Supplier<Policy> policy = Policies.byName(name);
      return options -> options.withPolicy(policy);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--policy: " + e.getMessage());
    }
  }
}
