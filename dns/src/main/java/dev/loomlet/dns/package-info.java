/**
 * A stub resolver for greenlets: hosts file, {@code resolv.conf}, cache, and queries over UDP and
 * TCP by the loop's own engine.
 *
 * <p>{@link dev.loomlet.dns.DnsResolver} is the way in. What it keeps, it keeps for each loop: the
 * cache, the queries under way and their sockets belong to one loop and its thread, so that nothing
 * here needs a lock; only the files, which helper threads read, are shared. All of time is the
 * loop's clock.
 *
 * <p>A question that is asked by several greenlets at once is asked once: whoever comes first
 * starts a greenlet for it, and the last one that does not want the answer any more cancels that.
 */
@NullMarked
package dev.loomlet.dns;

import org.jspecify.annotations.NullMarked;
