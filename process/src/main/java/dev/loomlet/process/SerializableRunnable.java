package dev.loomlet.process;

import java.io.Serializable;

/**
 * Code without a result and checked exceptions that can be sent to another process, so that a
 * lambda given to a {@link ProcessPool} is serialisable.
 */
@FunctionalInterface
public interface SerializableRunnable extends Runnable, Serializable {}
