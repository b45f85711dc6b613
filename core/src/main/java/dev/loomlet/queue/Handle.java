package dev.loomlet.queue;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * One of several ways into an {@link Exchange}, which can be closed by itself.
 *
 * <p>The open handles of one end share a token that only they refer to. When it is collected, there
 * is none of them left that anybody could use or clone; nor is anybody still at it, for each
 * operation reads its handle under the guard, in the step that settles it. The reference is a
 * phantom one, which outlasts finalizers, so that none of these can bring a handle back.
 */
abstract sealed class Handle permits Sender, Receiver {
  /** Under the exchange's guard. */
  boolean closed;

  /** Null if nobody watches, or if it is closed. Under the exchange's guard. */
  @Nullable Object token;

  /** Gives the first handle of an end the token, before others see it. */
  Reference<Object> watched() {
    Object fresh = new Object();
    token = fresh;
    return new PhantomReference<>(fresh, new ReferenceQueue<>());
  }
}
