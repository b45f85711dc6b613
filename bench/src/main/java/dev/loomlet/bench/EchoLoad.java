package dev.loomlet.bench;

import dev.loomlet.Loop;
import dev.loomlet.LoopGroup;
import dev.loomlet.bench.peers.TlsKeys;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.TcpStream;
import dev.loomlet.net.TlsOptions;
import dev.loomlet.net.TlsStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A load generator for machines without a C compiler, in greenlets; takes the commands of {@code
 * load --control} and gives the same answers. It costs more than the one in C and so reaches the
 * servers' limits later.
 */
public final class EchoLoad {
  private final Map<String, EchoCrowd> crowds = new HashMap<>();

  private final EchoCrowd.Opener opener;

  private EchoLoad(EchoCrowd.Opener opener) {
    this.opener = opener;
  }

  /**
   * Reads commands from standard input until its end.
   *
   * @param args to speak TLS: the key store with the server's certificate
   */
  public static void main(String[] args) throws IOException, GeneralSecurityException {
    EchoLoad load = new EchoLoad(args.length == 0 ? EchoLoad::plain : encrypted(args[0]));
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (LoopGroup group = LoopGroup.start(1)) {
      Loop loop = group.loop(0);
      for (String line; (line = commands.readLine()) != null && !line.equals("quit"); ) {
        System.out.println(Json.write(load.answer(loop, line)));
      }
    }
  }

  private static SocketStream plain(int port) throws IOException {
    return TcpStream.connect("127.0.0.1", port, EchoCrowd.PATIENCE);
  }

  private static EchoCrowd.Opener encrypted(String keyStore)
      throws IOException, GeneralSecurityException {
    TlsOptions options =
        TlsOptions.builder()
            .trust(TlsKeys.load(keyStore))
            .protocols(TlsKeys.PROTOCOL)
            .ciphers(TlsKeys.CIPHER)
            .build();
    return port -> TlsStream.connect("127.0.0.1", port, options);
  }

  private Map<String, Object> answer(Loop loop, String line) {
    Map<String, Object> answer = new LinkedHashMap<>();
    try {
      loop.spawn(() -> obeyOrSayWhyNot(line.split(" "), answer)).join();
    } catch (RuntimeException e) {
      answer.put("error", e.toString());
    }
    return answer;
  }

  /** What goes wrong is an answer, too, and not for the greenlet to complain about. */
  private void obeyOrSayWhyNot(String[] words, Map<String, Object> answer) {
    try {
      obey(words, answer);
    } catch (Exception e) {
      answer.clear();
      answer.put("error", e.toString());
    }
  }

  private void obey(String[] words, Map<String, Object> answer) throws Exception {
    String name = words[1];
    switch (words[0]) {
      case "open" -> {
        EchoCrowd crowd =
            new EchoCrowd(opener, Integer.parseInt(words[2]), Integer.parseInt(words[3]));
        crowds.put(name, crowd);
        answer.put("open", name);
      }
      case "run" -> {
        long nanos = (long) (Double.parseDouble(words[2]) * 1e9);
        answer.put("name", name);
        known(name).run(Duration.ofNanos(nanos), answer);
      }
      case "close" -> {
        known(name).close();
        crowds.remove(name);
        answer.put("close", name);
      }
      default -> throw new IOException("open, run, close or quit, not " + words[0]);
    }
  }

  private EchoCrowd known(String name) throws IOException {
    EchoCrowd crowd = crowds.get(name);
    if (crowd == null) {
      throw new IOException("no such name");
    }
    return crowd;
  }
}
