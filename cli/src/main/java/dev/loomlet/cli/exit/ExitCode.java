package dev.loomlet.cli.exit;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the command tells the shell; the same for all subcommands. */
public final class ExitCode {
  /** All went well. */
  public static final int OK = 0;

  /** The program that was run has failed, or a benchmark found wrong replies. */
  public static final int FAILED = 1;

  /** The command was not used as it should be. */
  public static final int USAGE = 2;

  /** Something that is needed is missing on this machine; EX_UNAVAILABLE of {@code sysexits.h}. */
  public static final int MISSING = 69;

  /** Ended by Ctrl-C; the JVM's own doing. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}

  /** For the end of each help page. */
  public static Map<String, String> descriptions() {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put(" " + OK, "all went well");
    codes.put(" " + FAILED, "the program or benchmark failed");
    codes.put(" " + USAGE, "wrong use: bad arguments, missing file, unknown engine or row");
    codes.put(Integer.toString(MISSING), "something needed is missing here: JDK, limits, peers");
    codes.put(Integer.toString(INTERRUPTED), "interrupted");
    return codes;
  }
}
