package dev.loomlet.engine;

/**
 * Who was at the other end of a Unix socket when the connection was made, as the kernel knows it
 * (unix(7), SO_PEERCRED).
 *
 * @param pid the process; {@link #UNKNOWN} where the engine cannot learn it. The number may belong
 *     to another process by now.
 * @param uid the user by whose rights it acted
 * @param gid the group by whose rights it acted
 */
public record PeerCredentials(long pid, long uid, long gid) {
  /** Stands for a process that is not known. */
  public static final long UNKNOWN = -1;
}
