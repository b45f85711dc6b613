package dev.loomlet.cli.doctor;

import org.jspecify.annotations.Nullable;

/**
 * One thing that was looked at.
 *
 * @param name in a word or two
 * @param status how it is
 * @param found what there is
 * @param advice what to change, in one sentence; null if nothing
 */
public record Check(String name, Status status, String found, @Nullable String advice) {

  /** How a thing is. */
  public enum Status {
    /** As it should be, or for information only. */
    OK,
    /** Loomlet works, but less well than it could. */
    WARNING,
    /** Loomlet does not work. */
    FAILURE
  }

  static Check ok(String name, String found) {
    return new Check(name, Status.OK, found, null);
  }

  static Check warning(String name, String found, String advice) {
    return new Check(name, Status.WARNING, found, advice);
  }

  static Check failure(String name, String found, String advice) {
    return new Check(name, Status.FAILURE, found, advice);
  }
}
