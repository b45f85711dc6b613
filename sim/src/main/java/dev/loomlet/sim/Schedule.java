package dev.loomlet.sim;

import java.util.Arrays;
import java.util.StringJoiner;

/**
 * How a simulation decides which of several ready greenlets goes next. Immutable.
 *
 * <p>Every place where a run may go more than one way is a question with a number, counted from 0,
 * whose most ordinary answer is 0: the greenlet that has been ready for the longest goes next, and
 * who could go on does. A {@linkplain #script script} says which questions are answered otherwise,
 * which makes it a schedule that can be read, and made smaller.
 */
public final class Schedule {
  private static final int MAX_DEPTH = 1000;

  /** The ways to decide. */
  public enum Kind {
    /** First in, first out. */
    FIFO,
    /** Any of those that are ready, each with the same chance. */
    RANDOM,
    /** Random priorities that change a few times: finds bugs of order. */
    PCT,
    /** First in, first out, but for a list of exceptions. */
    SCRIPT
  }

  private static final Schedule FIFO = new Schedule(Kind.FIFO, 0, 0, new long[0], new int[0]);
  private static final Schedule RANDOM = new Schedule(Kind.RANDOM, 0, 0, new long[0], new int[0]);

  private final Kind kind;
  private final int depth;
  private final long steps;
  private final long[] questions;
  private final int[] answers;

  private Schedule(Kind kind, int depth, long steps, long[] questions, int[] answers) {
    this.kind = kind;
    this.depth = depth;
    this.steps = steps;
    this.questions = questions;
    this.answers = answers;
  }

  /** First in, first out, whatever the seed. */
  public static Schedule fifo() {
    return FIFO;
  }

  /** Any of those that are ready. */
  public static Schedule random() {
    return RANDOM;
  }

  /**
   * Probabilistic concurrency testing, as {@link dev.loomlet.sched.PctPolicy} tells.
   *
   * @param depth of the bugs to find, from 1 to 1000
   * @param steps how many steps the program is expected to take, at least 1
   */
  public static Schedule pct(int depth, long steps) {
    if (depth < 1 || depth > MAX_DEPTH) {
      throw new IllegalArgumentException("the depth is from 1 to " + MAX_DEPTH + ", not " + depth);
    }
    if (steps < 1) {
      throw new IllegalArgumentException("a program takes at least 1 step, not " + steps);
    }
    return new Schedule(Kind.PCT, depth, steps, new long[0], new int[0]);
  }

  /**
   * First in, first out, with exceptions.
   *
   * @param questions which are answered otherwise, in order
   * @param answers how, as many as there are questions
   */
  public static Schedule script(long[] questions, int[] answers) {
    if (questions.length != answers.length) {
      throw new IllegalArgumentException(
          questions.length + " questions need as many answers, not " + answers.length);
    }
    for (int i = 1; i < questions.length; i++) {
      if (questions[i] <= questions[i - 1]) {
        throw new IllegalArgumentException("the questions of a script must be in order");
      }
    }
    return new Schedule(Kind.SCRIPT, 0, 0, questions.clone(), answers.clone());
  }

  /** In which way it decides. */
  public Kind kind() {
    return kind;
  }

  /** Of the bugs to find; for PCT. */
  public int depth() {
    return depth;
  }

  /** Expected of the program; for PCT. */
  public long steps() {
    return steps;
  }

  /** The questions that a script answers; a copy. */
  public long[] questions() {
    return questions.clone();
  }

  /** Their answers; a copy. */
  public int[] answers() {
    return answers.clone();
  }

  /** How many exceptions a script has. */
  public int size() {
    return questions.length;
  }

  /**
   * Reads what {@link #toString} writes: {@code fifo}, {@code random}, {@code pct:3:1000} or {@code
   * script:17=1:40=2}.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static Schedule parse(String text) {
    String[] parts = text.split(":", -1);
    try {
      return switch (parts[0]) {
        case "fifo" -> fifo();
        case "random" -> random();
        case "pct" -> pct(Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
        case "script" -> parseScript(parts);
        default -> throw unknown(text);
      };
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw unknown(text);
    }
  }

  private static Schedule parseScript(String[] parts) {
    boolean empty = parts.length == 1;
    long[] questions = new long[empty ? 0 : parts.length - 1];
    int[] answers = new int[questions.length];
    for (int i = 0; i < questions.length; i++) {
      String[] pair = parts[i + 1].split("=", -1);
      questions[i] = Long.parseLong(pair[0]);
      answers[i] = Integer.parseInt(pair[1]);
    }
    return script(questions, answers);
  }

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException(
        "unknown schedule '"
            + text
            + "': use fifo, random, pct:DEPTH:STEPS or script:QUESTION=ANSWER:...");
  }

  @Override
  public String toString() {
    return switch (kind) {
      case FIFO -> "fifo";
      case RANDOM -> "random";
      case PCT -> "pct:" + depth + ":" + steps;
      case SCRIPT -> {
        StringJoiner text = new StringJoiner(":");
        text.add("script");
        for (int i = 0; i < questions.length; i++) {
          text.add(questions[i] + "=" + answers[i]);
        }
        yield text.toString();
      }
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Schedule schedule
        && kind == schedule.kind
        && depth == schedule.depth
        && steps == schedule.steps
        && Arrays.equals(questions, schedule.questions)
        && Arrays.equals(answers, schedule.answers);
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }
}
