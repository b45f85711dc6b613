/** Finds out what of this machine helps or hinders Loomlet. */
@NullMarked
package dev.loomlet.cli.doctor;

import org.jspecify.annotations.NullMarked;
