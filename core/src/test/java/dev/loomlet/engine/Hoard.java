package dev.loomlet.engine;

import dev.loomlet.linux.SystemCalls;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Takes all descriptors up to a number, so that the next one is above it. */
final class Hoard implements AutoCloseable {
  private final List<Integer> taken = new ArrayList<>();

  private Hoard() {}

  /** Takes them; the test is skipped if the process may not have so many. */
  static Hoard upTo(int number) {
    Hoard hoard = new Hoard();
    SystemCalls calls = new SystemCalls();
    int last = 0;
    while (last < number) {
      last = calls.eventfd();
      if (last < 0) {
        hoard.close();
        Assumptions.abort(
            "this process may not have "
                + number
                + " descriptors; raise the hard limit (ulimit -n)");
      }
      hoard.taken.add(last);
    }
    return hoard;
  }

  @Override
  public void close() {
    taken.forEach(SystemCalls::close);
    taken.clear();
  }
}
