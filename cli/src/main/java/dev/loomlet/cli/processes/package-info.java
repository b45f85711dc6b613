/** The processes of a user, as their control sockets tell. */
@NullMarked
package dev.loomlet.cli.processes;

import org.jspecify.annotations.NullMarked;
