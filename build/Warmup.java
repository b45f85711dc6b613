/// What the launcher runs to train the start-up cache: the command line, the compiler and the first
/// greenlets are what nearly every launch has in common.

import static dev.loomlet.Loomlet.joinAll;
import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;

void main() {
  joinAll(spawn(() -> sleep(1)), spawn(() -> sleep(1)));
  IO.println();
}
