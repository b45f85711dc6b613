/**
 * Disks of simulated machines: files in memory, of which each machine has its own.
 *
 * <p>There are two states of everything: what programs see, which is the cache of the kernel, and
 * what would be there after a loss of power. Content becomes durable by a sync of its file, a name
 * by a sync of its directory (fsync(2)). When power is lost, each write that was not synced may
 * have reached the device or not, whole or in part, and of the changes of names the first few have.
 */
@NullMarked
package dev.loomlet.sim.disk;

import org.jspecify.annotations.NullMarked;
