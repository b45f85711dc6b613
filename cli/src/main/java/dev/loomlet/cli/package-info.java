/**
 * The {@code loomlet} command: one class for each subcommand, and what they share.
 *
 * <p>Most launches run a small program, so nothing is loaded that the given subcommand does not
 * need. A command ends by returning one of the codes of {@link dev.loomlet.cli.exit.ExitCode}, or
 * by throwing a {@link dev.loomlet.cli.exit.CommandFailure} with one sentence for the user.
 */
@NullMarked
package dev.loomlet.cli;

import org.jspecify.annotations.NullMarked;
