package dev.loomlet.cli.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * A program that has been compiled, and all that this depended on.
 *
 * @param topLevelClasses full names of the classes in the program's own file, in their order
 * @param sourceRoot the folder in which packages begin
 * @param messages what javac had to say
 * @param sources of each file that was compiled: its text
 * @param listings of each package in which javac looked for sources: the names of the files
 * @param classes by binary name; may grow later
 */
record Compilation(
    List<String> topLevelClasses,
    Path sourceRoot,
    String messages,
    Map<Path, String> sources,
    SortedMap<String, Set<String>> listings,
    Map<String, byte[]> classes) {}
