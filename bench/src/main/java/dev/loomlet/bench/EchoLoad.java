package dev.loomlet.bench;

import dev.loomlet.Greenlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopGroup;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A load generator for machines without a C compiler, in greenlets; takes the commands of {@code
 * load --control} and gives the same answers. It costs more than the one in C and so reaches the
 * servers' limits later.
 */
public final class EchoLoad {
  private final Map<String, EchoCrowd> crowds = new HashMap<>();

  private EchoLoad() {}

  /** Reads commands from standard input until its end. */
  public static void main(String[] args) throws IOException {
    EchoLoad load = new EchoLoad();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (LoopGroup group = LoopGroup.start(1)) {
      Loop loop = group.loop(0);
      for (String line; (line = commands.readLine()) != null && !line.equals("quit"); ) {
        System.out.println(Json.write(load.answer(loop, line)));
      }
    }
  }

  private Map<String, Object> answer(Loop loop, String line) {
    Map<String, Object> answer = new LinkedHashMap<>();
    try {
      Greenlet<?> work = loop.spawn(() -> obey(line.split(" "), answer));
      work.join();
      if (work.exception() != null) {
        answer.clear();
        answer.put("error", String.valueOf(work.exception()));
      }
    } catch (RuntimeException e) {
      answer.put("error", e.toString());
    }
    return answer;
  }

  private void obey(String[] words, Map<String, Object> answer) throws Exception {
    String name = words[1];
    switch (words[0]) {
      case "open" -> {
        EchoCrowd crowd = new EchoCrowd(Integer.parseInt(words[2]), Integer.parseInt(words[3]));
        crowds.put(name, crowd);
        answer.put("open", name);
      }
      case "run" -> {
        long nanos = (long) (Double.parseDouble(words[2]) * 1e9);
        answer.put("name", name);
        known(name).run(Duration.ofNanos(nanos), answer);
      }
      case "close" -> {
        known(name).close();
        crowds.remove(name);
        answer.put("close", name);
      }
      default -> throw new IOException("open, run, close or quit, not " + words[0]);
    }
  }

  private EchoCrowd known(String name) throws IOException {
    EchoCrowd crowd = crowds.get(name);
    if (crowd == null) {
      throw new IOException("no such name");
    }
    return crowd;
  }
}
