/// Compute-bound against I/O-bound, on coroutines, threads and processes.
///
/// Four jobs that add up numbers, then forty that wait for a server on another thread, with one
/// worker and with as many as processors. The arguments: additions of a job (100,000,000), and the
/// milliseconds that the server takes (50).

import static dev.loomlet.Loomlet.*;

import dev.loomlet.AsyncResult;
import dev.loomlet.Greenlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.ThreadPool;
import dev.loomlet.process.ProcessFuture;
import dev.loomlet.process.ProcessPool;
import dev.loomlet.process.SerializableCallable;
import java.net.ServerSocket;

static final int COMPUTING = 4;
static final int WAITING = 40;

/// Runs so many tasks at once, on workers that are up already, and waits for all of them.
interface Runner {
  void run(int count, SerializableCallable<Long> task) throws Exception;
}

record Row(String name, double computing, double waiting) {}

static long compute(long additions) {
  long sum = 0;
  for (long i = 0; i < additions; i++) {
    sum += i ^ (sum >>> 3);
  }
  return sum;
}

/// One request over a blocking socket.
static long ask(int port) throws IOException {
  try (var socket = new Socket("127.0.0.1", port)) {
    return socket.getInputStream().read();
  }
}

/// Answers each client after a while, all of them at once.
static void answer(ServerSocket server, long millis) {
  try {
    while (true) {
      Socket client = server.accept();
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try (client) {
                  Thread.sleep(millis);
                  client.getOutputStream().write(1);
                } catch (IOException | InterruptedException e) {
                  // It gets no answer.
                }
              });
    }
  } catch (IOException e) {
    // Closed: it is over.
  }
}

static double seconds(Runner runner, int count, SerializableCallable<Long> task) throws Exception {
  long start = System.nanoTime();
  runner.run(count, task);
  return (System.nanoTime() - start) / 1e9;
}

final List<Row> rows = new ArrayList<>();

void measure(String name, int workers, Runner runner, long additions, int port) throws Exception {
  runner.run(2 * workers, () -> compute(additions / 10)); // up and compiled
  runner.run(2 * workers, () -> ask(port));
  double computing = seconds(runner, COMPUTING, () -> compute(additions));
  rows.add(new Row(name, computing, seconds(runner, WAITING, () -> ask(port))));
}

void coroutines(int loops, long additions, int port) throws Exception {
  try (var group = LoopGroup.start(loops)) {
    Runner runner =
        (count, task) -> {
          List<Greenlet<Long>> all = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            all.add(group.spawn(task::call));
          }
          joinAll(all);
        };
    measure(loops + (loops == 1 ? " loop" : " loops"), loops, runner, additions, port);
  }
}

void threads(int size, long additions, int port) throws Exception {
  try (var pool = new ThreadPool(size)) {
    Runner runner =
        (count, task) -> {
          List<AsyncResult<Long>> all = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            all.add(pool.applyAsync(task::call));
          }
          for (var each : all) {
            each.get();
          }
        };
    measure(size + (size == 1 ? " thread" : " threads"), size, runner, additions, port);
  }
}

void processes(int size, long additions, int port) throws Exception {
  try (var pool = new ProcessPool(size)) {
    Runner runner =
        (count, task) -> {
          List<ProcessFuture<Long>> all = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            all.add(pool.submit(task));
          }
          for (var each : all) {
            each.get();
          }
        };
    measure(size + (size == 1 ? " process" : " processes"), size, runner, additions, port);
  }
}

void print() {
  IO.println("%-12s %12s %12s".formatted("", "computing", "waiting"));
  for (Row row : rows) {
    IO.println("%-12s %10.2f s %10.2f s".formatted(row.name(), row.computing(), row.waiting()));
  }
  chart("computing", rows.stream().mapToDouble(Row::computing).toArray());
  chart("waiting", rows.stream().mapToDouble(Row::waiting).toArray());
}

void chart(String what, double[] seconds) {
  double most = Arrays.stream(seconds).max().orElse(1);
  IO.println("\n" + what);
  for (int i = 0; i < seconds.length; i++) {
    String bar = "#".repeat((int) Math.max(1, Math.round(50 * seconds[i] / most)));
    IO.println("%-12s %s".formatted(rows.get(i).name(), bar));
  }
}

void main(String[] args) throws Exception {
  long additions = args.length > 0 ? Long.parseLong(args[0]) : 100_000_000;
  long millis = args.length > 1 ? Long.parseLong(args[1]) : 50;
  int processors = Math.max(2, Runtime.getRuntime().availableProcessors());
  try (var server = new ServerSocket(0)) {
    Thread.ofPlatform().daemon().start(() -> answer(server, millis));
    int port = server.getLocalPort();
    for (int workers : new int[] {1, processors}) {
      coroutines(workers, additions, port);
      threads(workers, additions, port);
      processes(workers, additions, port);
    }
  }
  print();
  IO.println(
      """

      Computing takes processors, whoever asks for them: Java has no lock around its interpreter,
      so threads, and loops on several threads, compute at the same time, where Python needs
      processes. Waiting takes none: forty wait at once on a single loop, while a thread or a process
      waits for one thing at a time.\
      """);
}
