/// Many clients at once for the upper-casing servers, each of which checks every reply.
///
/// They are greenlets, or with `--threads` real threads with the JDK's own sockets. All connect
/// before the first one speaks.
///
///     ./loomlet run examples/C10Clients.java [PORT [CLIENTS [MESSAGES]]] [--threads]

import dev.loomlet.Loop;
import dev.loomlet.net.TcpStream;

final AtomicInteger right = new AtomicInteger();
final AtomicInteger wrong = new AtomicInteger();
final AtomicReference<Throwable> failure = new AtomicReference<>();
CountDownLatch connected;
CountDownLatch ended;
int messages;

void talk(int client, InputStream in, OutputStream out) throws Exception {
  connected.countDown();
  connected.await();
  for (int i = 0; i < messages; i++) {
    byte[] question = ("client " + client + " says hello " + i + '\n').getBytes();
    out.write(question);
    String reply = new String(in.readNBytes(question.length));
    boolean good = reply.equals(new String(question).toUpperCase(Locale.ROOT));
    (good ? right : wrong).incrementAndGet();
  }
}

void run(int client, int port, boolean thread) {
  try {
    if (thread) {
      try (var socket = new Socket("127.0.0.1", port)) {
        talk(client, socket.getInputStream(), socket.getOutputStream());
      }
    } else {
      try (var stream = TcpStream.connect("127.0.0.1", port)) {
        talk(client, stream.inputStream(), stream.outputStream());
      }
    }
  } catch (Exception e) {
    failure.compareAndSet(null, e);
    connected.countDown(); // or the others would wait for this one
  } finally {
    ended.countDown();
  }
}

void main(String[] args) throws Exception {
  var words = new ArrayList<>(List.of(args));
  boolean threads = words.remove("--threads");
  int port = words.size() > 0 ? Integer.parseInt(words.get(0)) : 8080;
  int clients = words.size() > 1 ? Integer.parseInt(words.get(1)) : 500;
  messages = words.size() > 2 ? Integer.parseInt(words.get(2)) : 20;
  connected = new CountDownLatch(clients);
  ended = new CountDownLatch(clients);

  long start = System.nanoTime();
  Executor executor = threads ? task -> Thread.ofPlatform().start(task) : Loop.current();
  for (int i = 0; i < clients; i++) {
    int client = i;
    executor.execute(() -> run(client, port, threads));
  }
  ended.await(); // makes only this greenlet wait
  long millis = (System.nanoTime() - start) / 1_000_000;

  int lost = clients * messages - right.get() - wrong.get();
  IO.println(clients + (threads ? " threads, " : " greenlets, ") + messages + " messages each");
  IO.println(right + " replies right, " + wrong + " wrong, " + lost + " lost, " + millis + " ms");
  if (failure.get() != null) {
    System.err.println("C10Clients: " + failure.get().getMessage());
  }
  if (wrong.get() + lost > 0) {
    System.exit(1);
  }
}
