/**
 * Libraries that know nothing of Loomlet, unchanged, a thousand calls at a time on one loop, and
 * the same program on the JDK's own virtual threads.
 */
@NullMarked
package dev.loomlet.compat;

import org.jspecify.annotations.NullMarked;
