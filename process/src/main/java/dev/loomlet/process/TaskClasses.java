package dev.loomlet.process;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the classes of tasks are, and which may be in their messages. A process is told before its
 * first task that needs it.
 *
 * @param loader of the classes
 * @param allowed patterns, of all tasks so far
 * @param hello what a process is told
 * @param codec for results
 */
@SuppressWarnings("ArrayRecordComponent") // nobody else has it
record TaskClasses(
    @Nullable ClassLoader loader, List<String> allowed, byte[] hello, CompactCodec codec) {}
