package dev.loomlet.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

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
  void writesWhatDnsjavaWrites() throws Exception {
    Random random = new Random(3);
    String longest = "a".repeat(63);
    List<String> names =
        new ArrayList<>(
            List.of(
                "a",
                "host.test",
                "_x._tcp.xn--bcher-kva.example",
                longest + "." + longest + "." + longest + "." + "a".repeat(61),
                // What an alias may lead to.
                "with\\.dot.and\\032blank.test",
                "10.1",
                "a!b.test"));
    for (int i = 0; i < 1000; i++) {
      StringBuilder name = new StringBuilder("n");
      for (int n = random.nextInt(40); n > 0; n--) {
        name.append(random.nextInt(9) == 0 ? ".x" : (char) ('a' + random.nextInt(26)));
      }
      names.add(name.toString());
    }
    for (String name : names) {
      for (int type : new int[] {Type.A, Type.AAAA, Type.PTR}) {
        int id = random.nextInt(65_536);
        Message expected = new Message(id);
        expected.getHeader().setFlag(Flags.RD);
        expected.addRecord(
            Record.newRecord(Name.fromString(name + "."), type, DClass.IN), Section.QUESTION);
        Question question = new Question(name, type);
        assertThat(Wire.write(question, id, false)).isEqualTo(expected.toWire());
        expected.addRecord(new OPTRecord(Wire.UDP_SIZE, 0, 0), Section.ADDITIONAL);
        byte[] packet = Wire.write(question, id, true);
        assertThat(packet).isEqualTo(expected.toWire());
        assertThat(packet.length).isLessThanOrEqualTo(Wire.MOST_QUESTION);
      }
    }
  }

  @Test
  void takesAnswersToItsQuestionInAnyCaseAndNoOthers() throws Exception {
    byte[] packet = answer("host.test. 60 A 10.1.2.3").toWire();
    byte[] capitals = packet.clone();
    capitals[13] = 'H';
    capitals[18] = 'T';
    assertThat(Wire.read(capitals, QUESTION, ID)).isNotNull();

    // Number, that it is an answer, kind, count of questions, lengths and letters of the name, type
    // and class: each bit counts, but that for capitals.
    for (int at = 0; at < 12 + 11 + 4; at++) {
      for (int bit = 0; bit < 8; bit++) {
        boolean counts = at < 2 || (at == 2 && bit >= 3) || at == 4 || at == 5 || at >= 12;
        boolean capital = at > 12 && at < 22 && at != 17 && bit == 5;
        if (counts && !capital) {
          byte[] wrong = packet.clone();
          wrong[at] ^= (byte) (1 << bit);
          assertThat(Wire.read(wrong, QUESTION, ID)).as("byte %d, bit %d", at, bit).isNull();
        }
      }
    }
    assertThat(Wire.read(packet, Question.ipv4("host.tes"), ID)).isNull();
    assertThat(Wire.read(packet, Question.ipv4("host.test.test"), ID)).isNull();
    assertThat(Wire.read(packet, Question.ipv4("host-test"), ID)).isNull();
    for (int length = 0; length < packet.length; length++) {
      assertThat(Wire.read(Arrays.copyOf(packet, length), QUESTION, ID)).isNull();
    }
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
