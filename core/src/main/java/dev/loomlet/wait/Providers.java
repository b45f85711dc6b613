package dev.loomlet.wait;

import java.util.List;

/**
 * Who can end a wait.
 *
 * @param all whether every one of them has to do its part, or any of them will do
 * @param threads at least one
 */
public record Providers(boolean all, List<Thread> threads) {}
