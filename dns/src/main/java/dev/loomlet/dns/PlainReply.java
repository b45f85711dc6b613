package dev.loomlet.dns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Type;

/**
 * What nearly every answer is: addresses of the very name that was asked for, and nothing else. It
 * is read without the objects that dnsjava makes of a message. There is nothing in it whose size or
 * place is not known beforehand: no name but a pointer to the question's. Whatever else there is,
 * or is missing, makes it none, and leaves it to dnsjava.
 *
 * @param answer with addresses
 */
record PlainReply(Answer answer) implements Reply {
  /** Where in a message it says how it went, and what is reserved for that, and by whom. */
  private static final int OUTCOME = 3;

  private static final int OUTCOME_MASK = 0x0f;

  /** Where in a message it says how many records are in the sections for answers and the rest. */
  private static final int ANSWERS = 6;

  private static final int AUTHORITY = 8;
  private static final int ADDITIONAL = 10;

  /** The name of a record that has that of the question, which is behind the header. */
  private static final short QUESTIONED = (short) (0xc000 | Wire.HEADER);

  /** Bytes of a record whose name is a pointer, up to its data. */
  private static final int RECORD = 12;

  /** Bytes of EDNS's record if it says nothing in particular (RFC 6891, section 6.1.2). */
  private static final int OPT = 11;

  /**
   * Reads an answer.
   *
   * @param packet whose header is whole, and which repeats the one question
   * @param at where what follows the question begins
   * @return null if dnsjava has to read it
   */
  static @Nullable PlainReply read(byte[] packet, int at, Question question) {
    int length;
    switch (question.type()) {
      case Type.A -> length = 4;
      case Type.AAAA -> length = 16;
      default -> {
        return null;
      }
    }
    ByteBuffer bytes = ByteBuffer.wrap(packet);
    int answers = bytes.getShort(ANSWERS) & 0xffff;
    int additional = bytes.getShort(ADDITIONAL);
    if ((packet[Wire.FLAGS] & Wire.TRUNCATED) != 0
        || (packet[OUTCOME] & OUTCOME_MASK) != 0
        || answers == 0
        || bytes.getShort(AUTHORITY) != 0
        || (additional != 0 && additional != 1)
        || packet.length - at != answers * (RECORD + length) + additional * OPT) {
      return null;
    }
    bytes.position(at);
    List<InetAddress> addresses = new ArrayList<>(answers);
    long ttl = MOST_SECONDS;
    for (int i = 0; i < answers; i++) {
      if (bytes.getShort() != QUESTIONED
          || bytes.getShort() != question.type()
          || bytes.getShort() != DClass.IN) {
        return null;
      }
      ttl = Math.min(ttl, Reply.seconds(Integer.toUnsignedLong(bytes.getInt())));
      if (bytes.getShort() != length) {
        return null;
      }
      byte[] address = new byte[length];
      bytes.get(address);
      addresses.add(address(address));
    }
    if (additional == 1 && !isSilent(bytes)) {
      return null;
    }
    return new PlainReply(Answer.found(addresses, List.of(), ttl));
  }

  /** Whether what comes is EDNS's record, of the root, with any size, and without anything else. */
  private static boolean isSilent(ByteBuffer bytes) {
    boolean known = bytes.get() == 0 && bytes.getShort() == Type.OPT;
    short _ = bytes.getShort();
    return known && bytes.getInt() == 0 && bytes.getShort() == 0;
  }

  private static InetAddress address(byte[] address) {
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }

  @Override
  public boolean isTruncated() {
    return false;
  }

  @Override
  public boolean dislikesEdns() {
    return false;
  }

  @Override
  public @Nullable String refusal() {
    return null;
  }

  @Override
  public Step interpret(Question question, int aliases) {
    return answer;
  }
}
