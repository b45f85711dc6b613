package dev.loomlet.process;

import java.io.Serializable;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Code with a result that can be sent to another process. A lambda of this type is serialisable if
 * all that it captures is; the other process sees copies, and so does the caller of the result.
 *
 * @param <T> type of the result
 */
@FunctionalInterface
public interface SerializableCallable<T extends @Nullable Object>
    extends Callable<T>, Serializable {}
