package dev.loomlet.cli;

import org.jspecify.annotations.Nullable;

/**
 * How a command ended.
 *
 * @param exitCode one of {@link dev.loomlet.cli.exit.ExitCode}, or what the program chose
 * @param uncaught what the program that was run has thrown, for the JVM to report
 */
record Outcome(int exitCode, @Nullable Throwable uncaught) {}
