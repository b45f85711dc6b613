package dev.loomlet.compat;

import com.icegreen.greenmail.Managers;
import com.icegreen.greenmail.server.AbstractServer;
import com.icegreen.greenmail.smtp.SmtpServer;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jakarta Mail, which talks SMTP over plain sockets, with GreenMail. */
class MailTest {
  /** What is in the mailbox afterwards. */
  private static final List<String> MAILS =
      IntStream.range(0, Proof.CALLS)
          .mapToObj(each -> "subject " + each + ": text " + each)
          .sorted()
          .toList();

  private static int send(Session session, int number) throws Exception {
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress("from@localhost"));
    message.setRecipient(Message.RecipientType.TO, new InternetAddress("to@localhost"));
    message.setSubject("subject " + number);
    message.setText("text " + number);
    Transport.send(message);
    return number;
  }

  private static List<String> received(GreenMail server) {
    return Arrays.stream(server.getReceivedMessages()).map(MailTest::toString).sorted().toList();
  }

  private static String toString(MimeMessage mail) {
    try {
      return mail.getSubject() + ": " + mail.getContent().toString().strip();
    } catch (IOException | MessagingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Lets more than the usual 50 connections wait to be accepted. */
  private static final class PatientGreenMail extends GreenMail {
    PatientGreenMail() {
      super(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    }

    @Override
    protected Map<String, AbstractServer> createServices(ServerSetup[] setups, Managers managers) {
      SmtpServer server =
          new SmtpServer(setups[0], managers) {
            @Override
            protected ServerSocket openServerSocket() throws IOException {
              return new ServerSocket(setup.getPort(), 2 * Proof.CALLS, bindTo);
            }
          };
      return Map.of(setups[0].getProtocol(), server);
    }
  }

  @Test
  void jakartaMail() throws Exception {
    GreenMail server = new PatientGreenMail();
    server.start();
    try {
      server.setUser("to@localhost", "to", "secret");
      Properties properties = new Properties();
      properties.put("mail.smtp.host", "127.0.0.1");
      properties.put("mail.smtp.port", "" + server.getSmtp().getPort());
      properties.put("mail.smtp.localhost", "localhost");
      properties.put("mail.smtp.connectiontimeout", "60000");
      properties.put("mail.smtp.timeout", "60000");
      Session session = Session.getInstance(properties);
      Proof.hold(
          "Jakarta Mail",
          MAILS,
          here -> {
            server.purgeEmailFromAllMailboxes();
            Proof.callAtOnce(number -> send(session, number));
            // To read a thousand mails of the server in one go is computing, and none of the
            // client's.
            return CompletableFuture.supplyAsync(() -> received(server)).get();
          });
    } finally {
      server.stop();
    }
  }
}
