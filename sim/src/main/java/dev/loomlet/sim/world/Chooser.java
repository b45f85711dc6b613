package dev.loomlet.sim.world;

import dev.loomlet.sim.Schedule;
import java.util.SplittableRandom;

/**
 * Decides, wherever a schedule may go more than one way. Each question has a number, counted from 0
 * within a run, and 0 as its most ordinary answer, so that a schedule is known by the questions
 * that were answered otherwise.
 */
abstract class Chooser {
  /** One operation in so many lets others run first. */
  private static final int YIELD_ODDS = 4;

  /** Makes the one that a schedule describes. */
  static Chooser of(Schedule schedule, SplittableRandom random) {
    return switch (schedule.kind()) {
      case FIFO -> new Scripted(new long[0], new int[0]);
      case RANDOM -> new ByChance(random);
      case PCT -> new Pct(random, schedule.depth(), schedule.steps());
      case SCRIPT -> new Scripted(schedule.questions(), schedule.answers());
    };
  }

  /** Which of those that are ready, of which there are at least two, goes next. */
  abstract int choose(ReadyList ready);

  /** Whether somebody who could go on lets others run first; 1 for yes. */
  abstract int yields();

  /** A greenlet is new. */
  void arrived(StepInfo info) {}

  private static final class ByChance extends Chooser {
    private final SplittableRandom random;

    ByChance(SplittableRandom random) {
      this.random = random;
    }

    @Override
    int choose(ReadyList ready) {
      return random.nextInt(ready.size());
    }

    @Override
    int yields() {
      return random.nextInt(YIELD_ODDS) == 0 ? 1 : 0;
    }
  }

  /** As {@link dev.loomlet.sched.PctPolicy}, with changes whose number of steps is a guess. */
  private static final class Pct extends Chooser {
    private final SplittableRandom random;
    private final int changes;
    private final long steps;
    private long untilChange;
    private int left;
    private long lowest;

    Pct(SplittableRandom random, int depth, long steps) {
      this.random = random;
      this.changes = depth - 1;
      this.steps = steps;
      this.left = changes;
      this.untilChange = next();
    }

    /** Changes are spread over all steps by chance. */
    private long next() {
      return left == 0 ? Long.MAX_VALUE : 1 + random.nextLong(Math.max(1, 2 * steps / changes));
    }

    @Override
    void arrived(StepInfo info) {
      info.rank = random.nextLong(Long.MAX_VALUE);
    }

    @Override
    int choose(ReadyList ready) {
      int first = greatest(ready);
      if (--untilChange <= 0 && left > 0) {
        ready.info(first).rank = --lowest;
        left--;
        untilChange = next();
        first = greatest(ready);
      }
      return first;
    }

    private static int greatest(ReadyList ready) {
      int greatest = 0;
      long rank = ready.info(0).rank;
      for (int i = 1; i < ready.size(); i++) {
        long other = ready.info(i).rank;
        if (other > rank) {
          rank = other;
          greatest = i;
        }
      }
      return greatest;
    }

    @Override
    int yields() {
      return 0;
    }
  }

  /** First in, first out, but for the questions that are listed. */
  private static final class Scripted extends Chooser {
    private final long[] questions;
    private final int[] answers;
    private int next;
    private long asked;

    Scripted(long[] questions, int[] answers) {
      this.questions = questions;
      this.answers = answers;
    }

    private int answer() {
      long question = asked++;
      if (next < questions.length && questions[next] == question) {
        return answers[next++];
      }
      return 0;
    }

    @Override
    int choose(ReadyList ready) {
      return Math.min(answer(), ready.size() - 1);
    }

    @Override
    int yields() {
      return Math.min(answer(), 1);
    }
  }
}
