/** How a command ends: its exit codes, and failures that are told in one sentence. */
@NullMarked
package dev.loomlet.cli.exit;

import org.jspecify.annotations.NullMarked;
