/// A log that is replicated over three simulated hosts, and a bug in it that only some runs show.
///
/// The leader sends each entry to two followers, and acknowledges it when one of them says that it
/// keeps it. So an acknowledged entry is on the disk of a follower, and must still be there after
/// all hosts have lost power, even if the leader's disk is gone. That is what each run checks.
///
/// The bug: a follower answers before its disk has the entry (`fsync` comes after the answer). It
/// takes a loss of power at the wrong moment to see it. `loomlet run` looks for a seed that shows
/// it, prints what happened, runs that seed again, and then 1,000 seeds of the log without the bug.
/// `loomlet sim run S1ReplicatedLog.java` does the first of these in several processes.

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.loomlet.Loomlet;
import dev.loomlet.file.LoopFiles;
import dev.loomlet.file.OpenFile;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.sim.Host;
import dev.loomlet.sim.SimOptions;
import dev.loomlet.sim.Simulation;
import dev.loomlet.sim.SimulationFailure;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

static final int PORT = 7000;
static final Path LOG = Path.of("/log");
static final List<String> REPLICAS = List.of("leader", "follower-1", "follower-2");

boolean broken = true;

/// Appends a line to this host's log.
void append(OpenFile log, String entry) throws IOException {
  log.write((entry + "\n").getBytes(UTF_8));
}

String readLine(TcpStream stream) throws IOException {
  StringBuilder line = new StringBuilder();
  byte[] one = new byte[1];
  while (stream.read(one) == 1 && one[0] != '\n') {
    line.append((char) one[0]);
  }
  return line.toString();
}

void writeLine(TcpStream stream, String line) throws IOException {
  stream.write((line + "\n").getBytes(UTF_8));
}

/// What a follower runs: takes entries, keeps them, answers.
void follow() throws IOException {
  try (TcpListener listener = TcpListener.bind("0.0.0.0", PORT);
      OpenFile log = LoopFiles.open(LOG, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
    LoopFiles.syncDirectory(Path.of("/"));
    while (true) {
      try (TcpStream leader = listener.accept()) {
        for (String entry = readLine(leader); !entry.isEmpty(); entry = readLine(leader)) {
          append(log, entry);
          if (broken) {
            writeLine(leader, "kept");
            log.sync();
          } else {
            log.sync();
            writeLine(leader, "kept");
          }
        }
      } catch (IOException e) {
        // The leader is gone; another one may come.
      }
    }
  }
}

/// Sends an entry to a follower; whether it has said that it keeps it.
boolean replicate(String follower, String entry) {
  try (TcpStream stream = TcpStream.connect(follower, PORT, Duration.ofSeconds(1))) {
    stream.setReadTimeout(Duration.ofSeconds(1));
    writeLine(stream, entry);
    return readLine(stream).equals("kept");
  } catch (IOException e) {
    return false;
  }
}

/// What the leader runs: makes entries, and tells which ones it has acknowledged.
void lead(List<String> acknowledged) throws Exception {
  try (OpenFile log = LoopFiles.open(LOG, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
    for (int i = 0; i < 10; i++) {
      String entry = "entry-" + i;
      append(log, entry);
      var followers =
          REPLICAS.subList(1, 3).stream()
              .map(name -> Loomlet.spawn(() -> replicate(name, entry)))
              .toList();
      boolean kept = false;
      for (var each : followers) {
        kept |= each.get();
      }
      if (kept) {
        acknowledged.add(entry);
      }
    }
  }
}

/// What is on a host's disk.
List<String> entriesOn(Host host) throws Exception {
  List<String> entries = new ArrayList<>();
  host.spawn(
          "reader",
          () -> {
            if (LoopFiles.exists(LOG)) {
              LoopFiles.readString(LOG).lines().forEach(entries::add);
            }
          })
      .get();
  return entries;
}

/// One run in a simulation: the leader works, all lose power at some moment, and the followers come
/// back; then each acknowledged entry must be on one of them.
void simulate(Simulation sim) throws Exception {
  List<String> acknowledged = new ArrayList<>();
  Host leader = sim.host("leader");
  List<Host> followers = List.of(sim.host("follower-1"), sim.host("follower-2"));
  followers.forEach(each -> each.start(this::follow));
  sim.sleep(Duration.ofMillis(20));
  leader.start(() -> lead(acknowledged));
  sim.sleep(Duration.ofMillis(sim.random().nextInt(100)));
  followers.forEach(Host::crash);
  leader.crash();
  sim.note("acknowledged: " + acknowledged);
  sim.sleep(Duration.ofSeconds(1));
  followers.forEach(Host::restart);
  sim.sleep(Duration.ofSeconds(1));
  List<String> kept = new ArrayList<>();
  for (Host each : followers) {
    kept.addAll(entriesOn(each));
  }
  for (String each : acknowledged) {
    if (!kept.contains(each)) {
      throw new AssertionError(each + " was acknowledged and is on no disk; kept: " + kept);
    }
  }
}

void main() throws Exception {
  Simulation around = Simulation.currentOrNull();
  if (around != null) {
    simulate(around);
    return;
  }
  SimulationFailure found = null;
  int seed = 0;
  while (found == null) {
    seed++;
    try {
      Simulation.run(seed, this::simulate);
    } catch (SimulationFailure failure) {
      found = failure;
    }
  }
  IO.println("seed " + seed + " shows the bug:\n");
  IO.println(found.getMessage());
  try {
    Simulation.run(seed, this::simulate);
    throw new AssertionError("the same seed does something else now");
  } catch (SimulationFailure again) {
    IO.println("\nagain: " + again.headline());
    IO.println("same trace: " + again.result().equals(found.result()));
  }
  broken = false;
  Simulation.runAll(1, 1000, SimOptions.defaults(), this::simulate);
  IO.println("without the bug: 1,000 seeds, no failure");
}
