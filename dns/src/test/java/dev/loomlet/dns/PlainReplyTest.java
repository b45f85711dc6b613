package dev.loomlet.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** That what is read without dnsjava is what dnsjava would have read. */
final class PlainReplyTest {
  private static final int ID = 4711;

  private static Question question(int type) {
    return new Question("host.test", type);
  }

  private static byte[] answer(int type, boolean edns) throws IOException {
    Message answer = new Message(Wire.write(question(type), ID, false));
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.RA);
    for (int i = 1; i <= 3; i++) {
      String address = type == Type.A ? " A 10.1.2." + i : " AAAA 2001:db8::" + i;
      answer.addRecord(ScriptedServer.record("host.test. " + 60 * i + address), Section.ANSWER);
    }
    if (edns) {
      answer.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
    }
    return answer.toWire();
  }

  private static @Nullable PlainReply read(byte[] packet, int type) {
    int at = Wire.HEADER + Wire.encoded(question(type)).length + 4;
    return PlainReply.read(packet, at, question(type));
  }

  @ParameterizedTest
  @ValueSource(ints = {Type.A, Type.AAAA})
  void readsAddressesWithAndWithoutEdns(int type) throws Exception {
    for (boolean edns : new boolean[] {false, true}) {
      byte[] packet = answer(type, edns);

      PlainReply reply = read(packet, type);

      assertThat(reply).isNotNull();
      assertThat(reply.answer().addresses()).hasSize(3);
      assertThat(reply.answer().ttlSeconds()).isEqualTo(60);
      assertThat(reply.interpret(question(type), 0))
          .isEqualTo(new MessageReply(new Message(packet)).interpret(question(type), 0));
    }
  }

  @Test
  void leavesOtherKindsOfQuestionsToDnsjava() throws Exception {
    assertThat(read(answer(Type.A, false), Type.PTR)).isNull();
    assertThat(read(answer(Type.A, false), Type.AAAA)).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {Type.A, Type.AAAA})
  void saysWhatDnsjavaSaysWhateverIsDamaged(int type) throws Exception {
    // given
    byte[] bare = answer(type, false);
    byte[] withEdns = answer(type, true);
    int afterQuestion = Wire.HEADER + Wire.encoded(question(type)).length + 4;
    Random random = new Random(type);
    int read = 0;
    int left = 0;

    for (int i = 0; i < 100_000; i++) {
      // when: flags, counts and records are changed, cut off, and added; the question is checked
      byte[] whole = random.nextBoolean() ? bare : withEdns;
      int length = random.nextInt(4) > 0 ? whole.length : afterQuestion + random.nextInt(90);
      byte[] packet = Arrays.copyOf(whole, length);
      for (int n = random.nextInt(3); n > 0; n--) {
        int at = 2 + random.nextInt(packet.length - 2);
        if (at != 4 && at != 5 && (at < Wire.HEADER || at >= afterQuestion)) {
          packet[at] =
              (byte)
                  (random.nextBoolean() ? random.nextInt(3) : packet[at] ^ 1 << random.nextInt(8));
        }
      }
      PlainReply plain = read(packet, type);

      // then
      if (plain == null) {
        left++;
      } else {
        read++;
        MessageReply full = new MessageReply(new Message(packet));
        assertThat(full.isTruncated()).isFalse();
        assertThat(full.dislikesEdns()).isFalse();
        assertThat(full.refusal()).isNull();
        assertThat(plain.answer()).isEqualTo(full.interpret(question(type), 0));
      }
    }
    assertThat(read).isGreaterThan(10_000);
    assertThat(left).isGreaterThan(10_000);
  }
}
