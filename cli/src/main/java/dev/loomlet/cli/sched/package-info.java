/**
 * What {@code loomlet sched} does: jobs that compute and wait, run as greenlets of a loop in
 * virtual time under one policy after another.
 */
@NullMarked
package dev.loomlet.cli.sched;

import org.jspecify.annotations.NullMarked;
