package dev.loomlet.dns;

import static dev.loomlet.dns.Lookups.SHORT;
import static dev.loomlet.dns.Lookups.V4;
import static dev.loomlet.dns.Lookups.V6;
import static dev.loomlet.dns.Lookups.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.dns.OnEveryEngine.TestLoop;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** How servers are asked, again and others, and what of their words is taken. */
@Timeout(120)
final class DnsServersTest {
  @OnEveryEngine
  void asksAgainWhenNothingComesAndThenWithoutEdns(TestLoop loop) throws Exception {
    List<Boolean> edns = new ArrayList<>();
    with(
        loop,
        query -> {
          edns.add(query.message.getOPT() != null);
          if (edns.size() > 1) {
            query.sendUsual();
          }
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config().withTimeout(SHORT));
          assertThat(resolver.lookup("host.test", StandardProtocolFamily.INET)).containsExactly(V4);
          assertThat(edns).containsExactly(true, false);
        });
  }

  @OnEveryEngine
  void asksTheNextServerWhenOneIsSilentOrRefusesOrIsNotThere(TestLoop loop) throws Exception {
    with(
        loop,
        ScriptedServer.Query::sendUsual,
        server -> {
          InetSocketAddress nobody;
          try (ScriptedServer closed = new ScriptedServer(_ -> {})) {
            nobody = closed.address();
          }
          try (ScriptedServer refusing =
              new ScriptedServer(query -> query.send(query.answer(Rcode.SERVFAIL)))) {
            DnsConfig config =
                DnsConfig.of(nobody, refusing.address(), server.address())
                    .withTimeout(Duration.ofSeconds(20));
            assertThat(new DnsResolver(config).lookup("host.test")).containsExactly(V4, V6);
            assertThat(refusing.asked).hasSize(2);
            assertThat(server.asked).hasSize(2);
          }
        });
  }

  @OnEveryEngine
  void beginsWithAnotherServerEachTimeIfToldTo(TestLoop loop) throws Exception {
    with(
        loop,
        ScriptedServer.Query::sendUsual,
        server -> {
          try (ScriptedServer other = new ScriptedServer(ScriptedServer.Query::sendUsual)) {
            DnsConfig config = DnsConfig.of(server.address(), other.address()).withRotate(true);
            DnsResolver resolver = new DnsResolver(config);
            for (int i = 0; i < 10; i++) {
              resolver.lookup("host" + i + ".test", StandardProtocolFamily.INET);
            }
            assertThat(server.asked).hasSize(5);
            assertThat(other.asked).hasSize(5);
          }
        });
  }

  @OnEveryEngine
  void ignoresWhatIsNotTheAnswer(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          Message wrongNumber = query.answer(Rcode.NOERROR);
          wrongNumber.getHeader().setID(wrongNumber.getHeader().getID() ^ 1);
          wrongNumber.addRecord(ScriptedServer.record("host.test. 60 A 6.6.6.6"), Section.ANSWER);
          query.send(wrongNumber);
          Message wrongQuestion = new Message(query.message.getHeader().getID());
          wrongQuestion.getHeader().setFlag(Flags.QR);
          wrongQuestion.addRecord(
              ScriptedServer.record("other.test. 0 A 0.0.0.0"), Section.QUESTION);
          wrongQuestion.addRecord(ScriptedServer.record("host.test. 60 A 6.6.6.6"), Section.ANSWER);
          query.send(wrongQuestion);
          query.send(new byte[0]);
          query.send(query.message);
          byte[] cut = query.answer(Rcode.NOERROR).toWire();
          cut[7] = 9;
          query.send(cut);
          query.sendUsual();
        },
        server ->
            assertThat(new DnsResolver(server.config()).lookup("host.test"))
                .containsExactly(V4, V6));
  }

  @OnEveryEngine
  void takesWhatDoesNotFitByTcp(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          String[] many = new String[200];
          for (int i = 0; i < many.length; i++) {
            many[i] = "big.test. 60 A 10.0.1." + i;
          }
          if (query.byTcp) {
            query.sendRecords(many);
          } else {
            Message cut = query.answer(Rcode.NOERROR);
            cut.getHeader().setFlag(Flags.TC);
            cut.addRecord(ScriptedServer.record(many[0]), Section.ANSWER);
            query.send(cut);
          }
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          assertThat(resolver.lookup("big.test", StandardProtocolFamily.INET)).hasSize(200);
          assertThat(server.asked).containsExactly("A big.test", "tcp A big.test");
        });
  }

  @OnEveryEngine
  void takesWhatIsLongerThanItWantedByTcp(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          String[] many = new String[200];
          for (int i = 0; i < many.length; i++) {
            many[i] = "big.test. 60 A 10.0.1." + i;
          }
          query.sendRecords(many);
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          assertThat(resolver.lookup("big.test", StandardProtocolFamily.INET)).hasSize(200);
        });
  }

  @OnEveryEngine
  void asksByTcpAtOnceIfToldTo(TestLoop loop) throws Exception {
    with(
        loop,
        ScriptedServer.Query::sendUsual,
        server -> {
          DnsResolver resolver = new DnsResolver(server.config().withTcp(true));
          assertThat(resolver.lookup("host.test")).containsExactly(V4, V6);
          assertThat(server.asked).allMatch(each -> each.startsWith("tcp "));
        });
  }

  @OnEveryEngine
  void refusesAnswersThatAreTooLongOrEndEarlyOrAreNonsense(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          switch (query.name()) {
            case "long.test" -> query.send(new byte[Wire.TCP_SIZE + 1]);
            case "nonsense.test" -> query.send(new byte[50]);
            default -> {}
          }
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config().withTcp(true).withAttempts(1));
          assertThatThrownBy(() -> resolver.lookup("long.test"))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("8193 bytes");
          assertThatThrownBy(() -> resolver.lookup("nonsense.test"))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("cannot be understood");
          assertThatThrownBy(() -> resolver.lookup("early.test"))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("closed in the middle");
        });
  }

  @OnEveryEngine
  void doesWithoutEdnsWhereItIsNotUnderstood(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          if (query.message.getOPT() == null) {
            query.sendUsual();
            return;
          }
          assertThat(query.message.getOPT().getPayloadSize()).isEqualTo(1232);
          Message answer = query.answer(Rcode.FORMERR);
          if (query.isFor(Type.A)) {
            answer.removeAllRecords(Section.QUESTION);
          }
          query.send(answer);
        },
        server ->
            assertThat(new DnsResolver(server.config()).lookup("host.test"))
                .containsExactly(V4, V6));
  }
}
