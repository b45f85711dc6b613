package dev.loomlet.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;

/** That nothing that a server can send does harm. */
final class WireTest {
  private static final int ID = 4711;
  private static final Question QUESTION = Question.ipv4("host.test");

  private static Message answer(String... records) throws Exception {
    Message answer = new Message(Wire.write(QUESTION, ID, false));
    answer.getHeader().setFlag(Flags.QR);
    for (String each : records) {
      answer.addRecord(ScriptedServer.record(each), Section.ANSWER);
    }
    return answer;
  }

  @Test
  void readsWhatItShould() throws Exception {
    Reply reply = Wire.read(answer("host.test. 60 A 10.1.2.3").toWire(), QUESTION, ID);
    assertThat(reply).isNotNull();
    assertThat(((Answer) reply.interpret(QUESTION, 0)).addresses()).hasSize(1);
  }

  @Test
  void takesAnAbsurdTimeToLiveForNone() throws Exception {
    byte[] packet = answer("host.test. 60 A 10.1.2.3").toWire();
    // The TTL stands before the length and the address.
    packet[packet.length - 10] = (byte) 0x80;
    Reply reply = Wire.read(packet, QUESTION, ID);
    assertThat(((Answer) reply.interpret(QUESTION, 0)).ttlSeconds()).isZero();
  }

  @Test
  void readsNoNamesThatPointAtThemselvesOrAhead() throws Exception {
    for (int target : new int[] {27, 29, 40, 0x3fff}) {
      byte[] question = answer().toWire();
      ByteBuffer packet = ByteBuffer.allocate(question.length + 16);
      packet.put(question).putShort((short) (0xc000 | target));
      packet.putShort((short) 1).putShort((short) 1).putInt(60).putShort((short) 4).putInt(1);
      packet.putShort(6, (short) 1);
      assertThat(Wire.read(packet.array(), QUESTION, ID)).isNull();
    }
  }

  @Test
  void survivesEveryDamage() throws Exception {
    // given: an answer with something of everything
    byte[] whole =
        answer(
                "host.test. 60 CNAME a.test.",
                "a.test. 60 A 10.1.2.3",
                "a.test. 60 TXT \"text\"",
                "a.test. 60 SRV 1 2 3 b.test.",
                "a.test. 60 SOA a. b. 1 2 3 4 5")
            .toWire();
    Random random = new Random(1);
    int read = 0;

    // when: bytes are changed, cut off, and added
    for (int i = 0; i < 50_000; i++) {
      byte[] packet = Arrays.copyOf(whole, random.nextInt(whole.length + 20));
      for (int n = random.nextInt(6); n > 0 && packet.length > 2; n--) {
        packet[2 + random.nextInt(packet.length - 2)] = (byte) random.nextInt();
      }
      Reply reply = Wire.read(packet, QUESTION, ID);
      if (reply != null) {
        reply.refusal();
        reply.isTruncated();
        reply.dislikesEdns();
        reply.interpret(QUESTION, 0);
        read++;
      }
    }

    // then: no exception, and some of it could be read
    assertThat(read).isBetween(1, 49_999);
  }

  /** The worst for a reader: as many pointers as fit, each at the one before, and names on top. */
  @Test
  void readsTheWorstAnswerSoon() throws Exception {
    byte[] question = answer().toWire();
    ByteBuffer packet = ByteBuffer.allocate(Wire.TCP_SIZE);
    packet.put(question);
    // A record of an unknown type whose data are pointers.
    packet.put((byte) 0).putShort((short) 65_280).putShort((short) 1).putInt(60);
    int pointers = 1700;
    packet.putShort((short) (2 * pointers));
    int last = 12;
    for (int i = 0; i < pointers; i++) {
      int here = packet.position();
      packet.putShort((short) (0xc000 | last));
      last = here;
    }
    int records = 1;
    while (packet.remaining() >= 16) {
      packet.putShort((short) (0xc000 | last));
      packet.putShort((short) 1).putShort((short) 1).putInt(60).putShort((short) 4).putInt(1);
      records++;
    }
    packet.putShort(6, (short) records);
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < 30; i++) {
      long begin = System.nanoTime();
      Reply reply = Wire.read(Arrays.copyOf(packet.array(), packet.position()), QUESTION, ID);
      if (reply != null) {
        reply.interpret(QUESTION, 0);
      }
      fastest = Math.min(fastest, System.nanoTime() - begin);
    }
    assertThat(fastest).isLessThan(100_000_000);
  }
}
