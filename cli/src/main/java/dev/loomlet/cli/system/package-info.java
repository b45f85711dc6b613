/** What several subcommands ask the system they run on. */
@NullMarked
package dev.loomlet.cli.system;

import org.jspecify.annotations.NullMarked;
