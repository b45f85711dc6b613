package dev.loomlet.sim.world;

import dev.loomlet.sim.Schedule;
import java.util.Arrays;

/** Which questions of a schedule were answered otherwise than in the most ordinary way. */
final class Decisions {
  private long[] questions = new long[64];
  private int[] answers = new int[64];
  private int size;
  private long asked;

  void add(int answer) {
    long question = asked++;
    if (answer == 0) {
      return;
    }
    if (size == questions.length) {
      questions = Arrays.copyOf(questions, size * 2);
      answers = Arrays.copyOf(answers, size * 2);
    }
    questions[size] = question;
    answers[size] = answer;
    size++;
  }

  Schedule schedule() {
    return Schedule.script(Arrays.copyOf(questions, size), Arrays.copyOf(answers, size));
  }
}
