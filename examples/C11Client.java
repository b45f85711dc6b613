/// Interactive client: type a line, see it upper-cased; `q` or an empty line quits.
///
/// The keyboard blocks a thread, so a helper thread reads it and hands the lines to the greenlet,
/// which waits for them like for anything else.
///
///     ./loomlet run examples/C11Client.java [PORT [HOST]]

import dev.loomlet.net.TcpStream;

/// Lines that were typed; empty when there will be no more.
final BlockingQueue<Optional<String>> typed = new LinkedBlockingQueue<>();

void readKeyboard() {
  String line;
  do {
    line = IO.readln();
    typed.add(Optional.ofNullable(line));
  } while (line != null);
}

void talk(TcpStream stream) throws Exception {
  var replies = new BufferedReader(new InputStreamReader(stream.inputStream()));
  while (true) {
    IO.print("> ");
    String line = typed.take().orElse("");
    if (line.isBlank() || line.strip().equals("q")) {
      return;
    }
    stream.write((line + '\n').getBytes());
    String reply = replies.readLine();
    if (reply == null) {
      throw new EOFException("the server has closed the connection");
    }
    IO.println(reply);
  }
}

void main(String[] args) throws Exception {
  String host = args.length > 1 ? args[1] : "127.0.0.1";
  try {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
    try (var stream = TcpStream.connect(host, port)) {
      Thread.ofPlatform().daemon().name("keyboard").start(this::readKeyboard);
      talk(stream);
    }
  } catch (NumberFormatException e) {
    fail("the port must be a number, not " + args[0]);
  } catch (IOException | IllegalArgumentException e) {
    fail(e.getMessage());
  }
}

void fail(String why) {
  System.err.println("C11Client: " + why);
  System.exit(1);
}
