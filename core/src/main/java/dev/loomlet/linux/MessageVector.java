package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Tells the kernel where several datagrams lie, for sendmmsg(2) and recvmmsg(2): places of equal
 * size, one after the other.
 *
 * <p>A {@code struct mmsghdr} is laid out alike on all processors that {@link Layout} knows.
 */
public final class MessageVector {
  /** Bytes of a {@code struct mmsghdr}, and where in it lies what. */
  private static final int HEADER = 64;

  private static final int PIECES = 16;
  private static final int PIECE_COUNT = 24;
  private static final int LENGTH = 56;

  /** Bytes of a {@code struct iovec}: address and length. */
  private static final int PIECE = 16;

  private final MemorySegment headers;
  private final MemorySegment pieces;

  /**
   * Describes the places.
   *
   * @param data the first of them; must stay reachable as long as this is used
   * @param count how many
   * @param size of each
   */
  public MessageVector(MemorySegment data, int count, int size) {
    this.headers = Arena.ofAuto().allocate((long) count * HEADER, 8);
    this.pieces = Arena.ofAuto().allocate((long) count * PIECE, 8);
    for (int i = 0; i < count; i++) {
      pieces.set(JAVA_LONG, (long) i * PIECE, data.address() + (long) i * size);
      headers.set(JAVA_LONG, (long) i * HEADER + PIECES, pieces.address() + (long) i * PIECE);
      headers.set(JAVA_LONG, (long) i * HEADER + PIECE_COUNT, 1);
    }
  }

  /** How much is in a place, or how much there is room for. */
  public void setRoom(int index, int length) {
    pieces.set(JAVA_LONG, (long) index * PIECE + 8, length);
  }

  /** How long the datagram was that was received into a place, even if the room is smaller. */
  public int length(int index) {
    return headers.get(JAVA_INT, (long) index * HEADER + LENGTH);
  }

  long address(int index) {
    return headers.address() + (long) index * HEADER;
  }
}
