package dev.loomlet.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JLine at a terminal, with a loop's greenlets going on while it reads. */
class TerminalTest {

  /** A program on a pseudo terminal of its own. */
  private static final class Session implements AutoCloseable {
    private final StringBuilder seen = new StringBuilder();
    private final Process process;
    private final Writer keyboard;
    private final InputStream screen;
    private int from;

    Session(Path folder, String where) throws IOException {
      String script = TestServer.program("script", "/usr/bin", "/bin");
      Path arguments = folder.resolve("arguments");
      Files.writeString(
          arguments,
          "-cp \""
              + System.getProperty("java.class.path")
              + "\"\n"
              + ReadsTerminal.class.getName()
              + "\n"
              + where
              + "\n");
      String java =
          Path.of(System.getProperty("java.home"), "bin", "java")
              + " '@"
              + Path.of(System.getProperty("loomlet.home"), "build", "jvm.args")
              // It ends before a better compiler would have paid.
              + "' -XX:TieredStopAtLevel=1 '@"
              + arguments
              + "'";
      ProcessBuilder builder = new ProcessBuilder(script, "-qefc", java, "/dev/null");
      builder.environment().put("TERM", "xterm");
      process = builder.redirectErrorStream(true).start();
      keyboard = process.outputWriter(UTF_8);
      screen = process.getInputStream();
    }

    void type(String text) throws IOException {
      keyboard.write(text);
      keyboard.flush();
    }

    /** Reads on until a text has appeared since the last call. */
    String await(String text) throws IOException {
      int found;
      while ((found = seen.indexOf(text, from)) < 0) {
        byte[] some = new byte[8192];
        int n = screen.read(some);
        assertThat(n).as("\"" + text + "\" never appeared on\n" + seen).isPositive();
        seen.append(new String(some, 0, n, UTF_8));
      }
      from = found + text.length();
      return seen.toString();
    }

    @Override
    public void close() throws InterruptedException {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }

  private static void useTerminal(Session session) throws Exception {
    for (int i = 0; i < ReadsTerminal.TYPED; i++) {
      session.await("all have had their turn");
      session.type("typed " + i + "\r");
      session.await("got typed " + i);
    }
    StringBuilder paste = new StringBuilder();
    for (int i = 0; i < ReadsTerminal.PASTED; i++) {
      paste.append("line ").append(i).append('\r');
    }
    Thread typist =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    session.type(paste.toString());
                  } catch (IOException e) {
                    // Whoever waits for an answer sees that there is none.
                  }
                });
    session.await("of the pasted " + ReadsTerminal.PASTED + " are right");
    typist.join();
  }

  @Test
  void jLine(@TempDir Path folder) throws Exception {
    long begin = System.nanoTime();
    try (Session session = new Session(folder, "jdk")) {
      useTerminal(session);
      assertThat(session.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    long jdk = System.nanoTime() - begin;
    long least = Long.MAX_VALUE;
    for (int round = 1; least > Proof.MOST_NANOS && round <= Proof.ROUNDS; round++) {
      begin = System.nanoTime();
      least = Math.min(least, longestStepOnALoop(folder));
      System.out.printf(
          "JLine: virtual threads %d ms, loop %d ms, longest step %.1f ms%n",
          jdk / 1_000_000, (System.nanoTime() - begin) / 1_000_000, least / 1e6);
    }
    assertThat(least).as("nanoseconds for which a step held the loop").isLessThan(Proof.MOST_NANOS);
  }

  private static long longestStepOnALoop(Path folder) throws Exception {
    try (Session session = new Session(folder, "loop")) {
      useTerminal(session);
      String longest = session.await(" us").replaceAll("(?s).*longest step (\\d+) us.*", "$1");
      assertThat(session.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return Long.parseLong(longest) * 1_000;
    }
  }
}
