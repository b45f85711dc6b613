/** A program that others have written: its {@code main} method, found and run as a greenlet. */
@NullMarked
package dev.loomlet.agent.program;

import org.jspecify.annotations.NullMarked;
