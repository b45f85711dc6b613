package dev.loomlet.dns;

import static dev.loomlet.Loomlet.spawn;

import dev.loomlet.Greenlet;
import dev.loomlet.net.Datagram;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.net.UdpSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A DNS server on this loop, over UDP and TCP, that does what a test says. */
final class ScriptedServer implements AutoCloseable {

  /** What it does with a question; runs in a greenlet of its own. */
  interface Script {
    void serve(Query query) throws Exception;
  }

  /** A question that has come. */
  final class Query {
    final Message message;
    final boolean byTcp;
    private final Object way;
    private boolean isOver;

    private Query(Message message, Object way) {
      this.message = message;
      this.byTcp = way instanceof TcpStream;
      this.way = way;
    }

    String name() {
      return message.getQuestion().getName().toString(true);
    }

    boolean isFor(int type) {
      return message.getQuestion().getType() == type;
    }

    /** An answer without records. */
    Message answer(int rcode) {
      Message answer = new Message(message.getHeader().getID());
      answer.getHeader().setFlag(Flags.QR);
      answer.getHeader().setFlag(Flags.RA);
      answer.getHeader().setRcode(rcode);
      answer.addRecord(message.getQuestion(), Section.QUESTION);
      return answer;
    }

    /** Whoever has asked may ask the next thing as soon as the answer leaves. */
    private void over() {
      if (!isOver) {
        isOver = true;
        underWay--;
      }
    }

    void send(byte[] packet) throws IOException {
      over();
      if (way instanceof TcpStream stream) {
        stream.write(
            ByteBuffer.allocate(2 + packet.length)
                .putShort((short) packet.length)
                .put(packet)
                .flip());
      } else {
        udp.send(packet, (InetSocketAddress) way);
      }
    }

    void send(Message answer) throws IOException {
      send(answer.toWire(Message.MAXLENGTH));
    }

    /** Answers with records as zone files have them: {@code name ttl type data}. */
    void sendRecords(String... records) throws IOException {
      Message answer = answer(Rcode.NOERROR);
      for (String each : records) {
        answer.addRecord(record(each), Section.ANSWER);
      }
      send(answer);
    }

    /** Says that there is nothing, and for how long. */
    void sendNothing(int rcode, long ttl) throws IOException {
      Message answer = answer(rcode);
      if (ttl >= 0) {
        answer.addRecord(
            record("test. " + ttl + " SOA ns.test. root.test. 1 1 1 1 " + ttl), Section.AUTHORITY);
      }
      send(answer);
    }

    /** The usual: an address of each family. */
    void sendUsual() throws IOException {
      if (isFor(Type.A)) {
        sendRecords(name() + ". 60 A 10.1.2.3");
      } else {
        sendRecords(name() + ". 60 AAAA fd00::123");
      }
    }

    InetSocketAddress sender() {
      return (InetSocketAddress) way;
    }
  }

  static Record record(String text) {
    String[] parts = text.split(" ", 4);
    try {
      return Record.fromString(
          Name.fromString(parts[0]),
          Type.value(parts[2]),
          DClass.IN,
          Long.parseLong(parts[1]),
          parts[3],
          Name.root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  final List<String> asked = new ArrayList<>();
  final Set<Integer> ports = new HashSet<>();
  final Set<Integer> ids = new HashSet<>();
  int underWay;
  int mostUnderWay;

  private final UdpSocket udp;
  private final TcpListener tcp;
  private Script script;

  ScriptedServer(Script script) throws IOException {
    this("127.0.0.1", script);
  }

  ScriptedServer(String host, Script script) throws IOException {
    this.script = script;
    TcpListener listener = TcpListener.bind(host, 0);
    UdpSocket socket = null;
    for (int tries = 0; socket == null; tries++) {
      try {
        socket = UdpSocket.bind(host, listener.port());
      } catch (BindException e) {
        // Somebody has this port for UDP already.
        listener.close();
        if (tries == 20) {
          throw e;
        }
        listener = TcpListener.bind(host, 0);
      }
    }
    this.udp = socket;
    this.tcp = listener;
    spawn(this::serveUdp);
    spawn(this::serveTcp);
  }

  void setScript(Script newScript) {
    script = newScript;
  }

  InetSocketAddress address() {
    return tcp.localAddress();
  }

  /** A resolver's configuration with this server alone, and time-outs that fit tests. */
  DnsConfig config() {
    return DnsConfig.of(address()).withTimeout(Duration.ofSeconds(10));
  }

  private void serveUdp() throws IOException {
    try {
      while (true) {
        Datagram datagram = udp.receive();
        ports.add(datagram.sender().getPort());
        take(new Query(new Message(datagram.data()), datagram.sender()));
      }
    } catch (SocketException e) {
      // Closed.
    }
  }

  private void serveTcp() throws IOException {
    try {
      while (true) {
        TcpStream stream = tcp.accept();
        spawn(
            () -> {
              try (stream) {
                int length = ByteBuffer.wrap(readFully(stream, 2)).getShort();
                Query query = new Query(new Message(readFully(stream, length)), stream);
                take(query).join();
              } catch (SocketException e) {
                // The client is gone.
              }
            });
      }
    } catch (SocketException e) {
      // Closed.
    }
  }

  private static byte[] readFully(TcpStream stream, int length) throws IOException {
    byte[] bytes = new byte[length];
    int read = 0;
    while (read < length) {
      int n = stream.read(bytes, read, length - read);
      if (n < 0) {
        throw new SocketException("closed");
      }
      read += n;
    }
    return bytes;
  }

  private Greenlet<?> take(Query query) {
    String type = Type.string(query.message.getQuestion().getType());
    asked.add((query.byTcp ? "tcp " : "") + type + " " + query.name());
    ids.add(query.message.getHeader().getID());
    mostUnderWay = Math.max(mostUnderWay, ++underWay);
    return spawn(
        () -> {
          try {
            script.serve(query);
          } catch (SocketException e) {
            // The client or this server is gone.
          } finally {
            query.over();
          }
        });
  }

  static InetAddress address(String literal) {
    return InetAddress.ofLiteral(literal);
  }

  @Override
  public void close() {
    udp.close();
    tcp.close();
  }
}
