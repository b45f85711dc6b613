package dev.loomlet.process;

/**
 * What a process knows of itself or of its parent.
 *
 * @param name {@code main} if nobody started it
 * @param pid its number
 * @param parentPid its parent's number; 0 of a parent, whose parent is nobody's business
 * @param daemon whether it ends with its parent
 */
public record ProcessInfo(String name, long pid, long parentPid, boolean daemon) {}
