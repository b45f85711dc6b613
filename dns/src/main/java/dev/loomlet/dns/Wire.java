package dev.loomlet.dns;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Writes questions and reads answers in the DNS's format, which dnsjava knows. */
final class Wire {
  /** What fits through every network unfragmented (DNS flag day 2020). */
  static final int UDP_SIZE = 1232;

  /**
   * What is read by TCP. It could be eight times as much, but no host has so many addresses, and
   * reading it would hold up the loop.
   */
  static final int TCP_SIZE = 8_192;

  /** Bytes of what every message begins with (RFC 1035, section 4.1.1). */
  static final int HEADER = 12;

  /** The longest question: header, name of 255 bytes, type and class, and what EDNS adds. */
  static final int MOST_QUESTION = HEADER + 255 + 4 + 11;

  /** Where in a message it says {@link #TRUNCATED} and {@link #ANSWER}. */
  static final int FLAGS = 2;

  /** That an answer is cut off. */
  static final int TRUNCATED = 0x02;

  /** That it is an answer. */
  static final int ANSWER = 0x80;

  /** That the server may ask others, in a question. */
  private static final int RECURSION_DESIRED = 0x01;

  /** Bits of the kind of question, which is 0 for the usual one. */
  private static final int OPCODE = 0x78;

  /** How a name without any part is written; an alias may be one. */
  private static final String ROOT = ".";

  /** Where in a message it says how many questions are repeated. */
  private static final int QUESTIONS = 4;

  /** Where in a message it says how many records are in its last section. */
  private static final int ADDITIONAL = 10;

  private Wire() {}

  /**
   * Writes a question.
   *
   * @param edns whether to say that answers may be up to {@link #UDP_SIZE} long
   */
  static byte[] write(Question question, int id, boolean edns) {
    return write(question, encoded(question), id, edns);
  }

  /**
   * As the other one.
   *
   * @param name the question's, as {@link #encoded} has it
   */
  static byte[] write(Question question, byte[] name, int id, boolean edns) {
    ByteBuffer packet = ByteBuffer.allocate(HEADER + name.length + 4 + (edns ? 11 : 0));
    packet.putShort((short) id).put((byte) RECURSION_DESIRED);
    packet.putShort(QUESTIONS, (short) 1);
    packet.putShort(ADDITIONAL, (short) (edns ? 1 : 0));
    packet.position(HEADER).put(name);
    packet.putShort((short) question.type()).putShort((short) DClass.IN);
    if (edns) {
      // Of the root, with a size instead of a class, and neither flags nor options (RFC 6891).
      packet.put((byte) 0).putShort((short) Type.OPT).putShort((short) UDP_SIZE);
    }
    return packet.array();
  }

  /** A question's name as it is sent: each part after its length, and a length of 0. */
  static byte[] encoded(Question question) {
    String name = question.name();
    if (!HostName.isValid(name)) {
      // An alias may be anything, and is written with escapes then.
      return name(question).toWire();
    }
    byte[] encoded = new byte[name.length() + 2];
    int lengthAt = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '.') {
        encoded[lengthAt] = (byte) (i - lengthAt);
        lengthAt = i + 1;
      } else {
        encoded[i + 1] = (byte) c;
      }
    }
    encoded[lengthAt] = (byte) (name.length() - lengthAt);
    return encoded;
  }

  static Name name(Question question) {
    if (question.name().equals(ROOT)) {
      return Name.root;
    }
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
    return read(packet, question, encoded(question), id);
  }

  /**
   * As the other one.
   *
   * @param name the question's, as {@link #encoded} has it
   */
  static @Nullable Reply read(byte[] packet, Question question, byte[] name, int id) {
    // What is not for us need not be read for that.
    if (packet.length < HEADER
        || number(packet, 0) != id
        || (packet[FLAGS] & (ANSWER | OPCODE)) != ANSWER) {
      return null;
    }
    int questions = number(packet, QUESTIONS);
    if (questions > 1 || (questions == 1 && !repeats(packet, question, name))) {
      return null;
    }
    if (questions == 1) {
      PlainReply plain = PlainReply.read(packet, HEADER + name.length + 4, question);
      if (plain != null) {
        return plain;
      }
    }
    Message message;
    try {
      message = new Message(packet);
    } catch (IOException | RuntimeException e) {
      return null;
    }
    if (questions == 0) {
      // A server that does not understand the question need not repeat it.
      int rcode = message.getHeader().getRcode();
      return rcode == Rcode.FORMERR || rcode == Rcode.NOTIMP ? new MessageReply(message) : null;
    }
    return new MessageReply(message);
  }

  private static int number(byte[] packet, int at) {
    return (packet[at] & 0xff) << 8 | (packet[at + 1] & 0xff);
  }

  /**
   * Whether the question is the one that was asked. Nothing is before it that it could point to.
   */
  private static boolean repeats(byte[] packet, Question question, byte[] name) {
    int end = HEADER + name.length;
    if (packet.length < end + 4) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      if (lower(packet[HEADER + i]) != lower(name[i])) {
        return false;
      }
    }
    return number(packet, end) == question.type() && number(packet, end + 2) == DClass.IN;
  }

  /** Without regard to case, which servers may change; a length is less than any letter. */
  private static int lower(byte b) {
    return b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
  }
}
