package dev.loomlet.dns;

/** What one reply leads to. */
sealed interface Step permits Answer, Step.Alias {

  /**
   * Another name is to be asked for instead.
   *
   * @param name to ask for
   * @param aliases how many names have led there
   * @param ttlSeconds how long that holds
   */
  record Alias(String name, int aliases, long ttlSeconds) implements Step {}
}
