package dev.loomlet.cli;

import org.jspecify.annotations.Nullable;

/** What a command left behind. */
record Completed(int exitCode, String out, String err, @Nullable Throwable uncaught) {}
