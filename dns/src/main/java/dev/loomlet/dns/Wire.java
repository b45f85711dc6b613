package dev.loomlet.dns;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;

/** Writes questions and reads answers in the DNS's format, which dnsjava knows. */
final class Wire {
  /** What fits through every network unfragmented (DNS flag day 2020). */
  static final int UDP_SIZE = 1232;

  /**
   * What is read by TCP. It could be eight times as much, but no host has so many addresses, and
   * reading it would hold up the loop.
   */
  static final int TCP_SIZE = 8_192;

  /** What every message begins with: its number (RFC 1035, section 4.1.1). */
  static final int ID_SIZE = 2;

  /** Where in an answer it says {@link #TRUNCATED}. */
  static final int FLAGS = 2;

  /** That an answer is cut off (RFC 1035, section 4.1.1). */
  static final int TRUNCATED = 0x02;

  private Wire() {}

  /**
   * Writes a question.
   *
   * @param edns whether to say that answers may be up to {@link #UDP_SIZE} long
   */
  static byte[] write(Question question, int id, boolean edns) {
    Message message = new Message(id);
    message.getHeader().setOpcode(Opcode.QUERY);
    message.getHeader().setFlag(Flags.RD);
    message.addRecord(
        Record.newRecord(name(question), question.type(), DClass.IN), Section.QUESTION);
    if (edns) {
      message.addRecord(new OPTRecord(UDP_SIZE, 0, 0), Section.ADDITIONAL);
    }
    return message.toWire(Message.MAXLENGTH);
  }

  /** The number of a question or an answer, of at least {@link #ID_SIZE} bytes. */
  static int id(byte[] packet) {
    return (packet[0] & 0xff) << 8 | (packet[1] & 0xff);
  }

  static Name name(Question question) {
    try {
      return Name.fromString(question.name() + ".");
    } catch (TextParseException e) {
      throw new IllegalArgumentException("not a valid name: " + question.name(), e);
    }
  }

  /**
   * Reads an answer.
   *
   * @return null if it is none, or none to this question: a mistake, or somebody's guess
   */
  static @Nullable Reply read(byte[] packet, Question question, int id) {
    // Most of what is not for us need not be read for that.
    if (packet.length < Header.LENGTH || id(packet) != id) {
      return null;
    }
    Message message;
    try {
      message = new Message(packet);
    } catch (IOException | RuntimeException e) {
      return null;
    }
    Header header = message.getHeader();
    if (!header.getFlag(Flags.QR) || header.getOpcode() != Opcode.QUERY) {
      return null;
    }
    return isAbout(message, question) ? new Reply(message) : null;
  }

  private static boolean isAbout(Message message, Question question) {
    int count = message.getHeader().getCount(Section.QUESTION);
    if (count == 0) {
      // A server that does not understand the question need not repeat it.
      int rcode = message.getHeader().getRcode();
      return rcode == Rcode.FORMERR || rcode == Rcode.NOTIMP;
    }
    Record asked = message.getQuestion();
    return count == 1
        && asked != null
        && asked.getType() == question.type()
        && asked.getDClass() == DClass.IN
        && asked.getName().equals(name(question));
  }
}
