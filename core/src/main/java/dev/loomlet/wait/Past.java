package dev.loomlet.wait;

import java.util.List;

/**
 * Who has used something, up to one moment.
 *
 * @param complete whether all are known who have not ended: at most so many lived at the same time
 *     as are remembered
 * @param lives those who are remembered, the one who came first in front
 * @param forgotten how many others there were, all of whom have ended, if it is complete
 */
public record Past(boolean complete, List<Life> lives, int forgotten) {

  /** Whether nobody has ever used it. */
  public boolean isEmpty() {
    return complete && lives.isEmpty();
  }

  /** Whether it is certain that all have ended, or nobody was there. */
  public boolean isOver() {
    return complete && lives.stream().allMatch(Life::isOver);
  }

  /** Whether one of those who are remembered is known to have ended by an error. */
  public boolean hasFailure() {
    return lives.stream().anyMatch(Life::hasFailed);
  }
}
