/// Six buyers, three tickets, one JSON file: oversold without a lock, exactly sold out with one.
///
/// Each buyer is a process. It reads how many are left, pays, and writes one less. For the row and
/// the table locked in a real SQL database see M7Tickets.

import dev.loomlet.process.JavaProcess;
import dev.loomlet.process.SharedBarrier;
import dev.loomlet.process.SharedLock;
import dev.loomlet.process.SharedLong;

static final int TICKETS = 3;
static final int BUYERS = 6;

static int left(Path file) throws IOException {
  return Integer.parseInt(Files.readString(file).replaceAll("[^0-9]", ""));
}

static void write(Path file, int left) throws IOException {
  Files.writeString(file, "{\"left\": " + left + "}\n");
}

static boolean buy(Path file) throws Exception {
  int left = left(file);
  if (left > 0) {
    Thread.sleep(200); // paying takes a while
    write(file, left - 1);
  }
  return left > 0;
}

static void comeAndBuy(String name, SharedBarrier door, SharedLock lock, SharedLong sold)
    throws Exception {
  Path file = Path.of(name);
  door.await(); // all are there when the first one buys
  if (lock == null) {
    sold.addAndGet(buy(file) ? 1 : 0);
    return;
  }
  lock.lock();
  try {
    sold.addAndGet(buy(file) ? 1 : 0);
  } finally {
    lock.unlock();
  }
}

void sell(String how, Path file, SharedLock lock) throws Exception {
  write(file, TICKETS);
  String name = file.toString();
  List<JavaProcess> buyers = new ArrayList<>();
  try (var door = SharedBarrier.create(BUYERS);
      var sold = SharedLong.create(0)) {
    for (int i = 0; i < BUYERS; i++) {
      buyers.add(JavaProcess.start(() -> comeAndBuy(name, door, lock, sold)));
    }
    for (JavaProcess buyer : buyers) {
      buyer.join();
    }
    IO.println(how + ": " + sold + " of " + TICKETS + " tickets sold, left " + left(file));
  }
}

void main() throws Exception {
  Path file = Files.createTempFile("loomlet-m7", ".json");
  try (var lock = SharedLock.create()) {
    sell("without a lock", file, null);
    sell("with a lock", file, lock);
  } finally {
    Files.delete(file);
  }
}
