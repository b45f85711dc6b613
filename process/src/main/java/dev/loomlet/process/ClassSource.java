package dev.loomlet.process;

import java.util.Map;

/**
 * A class loader whose classes are in no file that a child process could read, such as one that
 * compiles from source. Class loaders implement this so that children get the classes.
 */
public interface ClassSource {

  /** The classes that it has so far, by binary name; not to be changed. */
  Map<String, byte[]> classes();
}
