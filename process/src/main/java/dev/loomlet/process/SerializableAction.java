package dev.loomlet.process;

import dev.loomlet.Action;
import java.io.Serializable;

/**
 * Code without a result that can be sent to another process. A lambda of this type is serialisable
 * if all that it captures is; the other process sees copies.
 */
@FunctionalInterface
public interface SerializableAction extends Action, Serializable {}
