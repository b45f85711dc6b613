package dev.loomlet.diagnose;

import java.util.List;

/**
 * Waits each of which needs the thread of the next one, and the last one that of the first.
 *
 * @param waits begins with the thread of the lowest number
 */
record Cycle(List<Wait> waits) {

  /** Whether nobody in it has moved. */
  boolean isSame(Cycle other) {
    if (waits.size() != other.waits.size()) {
      return false;
    }
    for (int i = 0; i < waits.size(); i++) {
      if (!waits.get(i).isSame(other.waits.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Whether it is among others. */
  boolean isIn(List<Cycle> others) {
    return others.stream().anyMatch(this::isSame);
  }
}
