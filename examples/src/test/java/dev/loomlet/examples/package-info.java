/** Runs every example program as a reader would, by the launcher, and looks at what it does. */
@NullMarked
package dev.loomlet.examples;

import org.jspecify.annotations.NullMarked;
