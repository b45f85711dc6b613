/**
 * Runs a program from its source file, as {@code java FILE.java} does, with {@code main} as a
 * greenlet.
 *
 * <p>{@link dev.loomlet.cli.source.SourceFile} is read, {@link
 * dev.loomlet.cli.source.SourceCompiler} compiles it into memory, {@link
 * dev.loomlet.cli.source.ProgramClassLoader} loads it from there, and {@link
 * dev.loomlet.cli.source.SourceProgram} runs it on a loop of the calling thread. Messages are those
 * of the JDK's own launcher, so that what a user has read about them stays true.
 */
@NullMarked
package dev.loomlet.cli.source;

import org.jspecify.annotations.NullMarked;
