package dev.loomlet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.loomlet.engine.Engines;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/** Runs the command in this JVM, with its streams captured and its traces removed. */
final class InThisJvm {
  private InThisJvm() {}

  static Completed loomlet(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream outBefore = System.out;
    PrintStream errBefore = System.err;
    ClassLoader loaderBefore = Thread.currentThread().getContextClassLoader();
    PrintStream newOut = new PrintStream(out, true, UTF_8);
    PrintStream newErr = new PrintStream(err, true, UTF_8);
    System.setOut(newOut);
    System.setErr(newErr);
    try {
      Outcome outcome = Main.execute(newOut, newErr, args);
      return new Completed(
          outcome.exitCode(), out.toString(UTF_8), err.toString(UTF_8), outcome.uncaught());
    } finally {
      System.setOut(outBefore);
      System.setErr(errBefore);
      Thread.currentThread().setContextClassLoader(loaderBefore);
      System.clearProperty(Engines.PROPERTY);
    }
  }
}
