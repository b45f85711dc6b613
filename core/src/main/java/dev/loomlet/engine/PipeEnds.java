package dev.loomlet.engine;

/**
 * Both ends of a pipe.
 *
 * @param input where to read what was written
 * @param output where to write
 */
public record PipeEnds(InputEnd input, OutputEnd output) {}
