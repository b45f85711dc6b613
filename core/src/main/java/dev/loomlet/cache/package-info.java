/** What is kept on disk from one launch to the next; for other modules of this library. */
@NullMarked
package dev.loomlet.cache;

import org.jspecify.annotations.NullMarked;
