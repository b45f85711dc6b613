/// Files without holding up the loop: written, read, copied and replaced while others go on.
///
/// What Python needs `aiofiles` for. Five greenlets write a file each and wait until it is on the
/// disk; a ticker goes on meanwhile, as it could not if the loop itself waited. Then all are read
/// at once, one is read line by line, and one is replaced such that nobody ever sees half of it.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.file.LoopFiles;
import dev.loomlet.file.OpenFile;
import java.nio.file.StandardOpenOption;

int ticks;

void tick() {
  while (true) {
    ticks++;
    Loomlet.yield();
  }
}

/// Writes a poem of so many lines, and waits until it is on the disk.
void write(Path path, int lines) throws IOException {
  try (OpenFile file =
      LoopFiles.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
    for (int i = 1; i <= lines; i++) {
      file.write(("line " + i + " of " + path.getFileName() + "\n").getBytes());
    }
    file.sync();
  }
}

void main() throws Exception {
  Path folder = LoopFiles.createTempDirectory(null, "loomlet-a9");
  var ticker = spawn(this::tick);

  List<Greenlet<?>> writers = new ArrayList<>();
  for (int i = 1; i <= 5; i++) {
    int number = i;
    writers.add(spawn(() -> write(folder.resolve("poem" + number), 100 * number)));
  }
  joinAll(writers);
  IO.println("five files written, others went on: " + (ticks > 100));

  List<Greenlet<String>> readers = new ArrayList<>();
  for (int i = 1; i <= 5; i++) {
    Path path = folder.resolve("poem" + i);
    readers.add(
        spawn(
            () ->
                path.getFileName()
                    + ": "
                    + LoopFiles.size(path)
                    + " bytes, "
                    + LoopFiles.readString(path).lines().count()
                    + " lines"));
  }
  for (var reader : readers) {
    IO.println(reader.get());
  }

  try (var lines = LoopFiles.lines(folder.resolve("poem3"))) {
    IO.println("first " + lines.next() + ", then " + lines.next());
  }

  Path settings = folder.resolve("settings");
  LoopFiles.copy(folder.resolve("poem1"), settings);
  var watcher =
      spawn(
          () -> {
            Set<Long> sizes = new TreeSet<>();
            while (!LoopFiles.readString(settings).equals("new\n")) {
              sizes.add(LoopFiles.size(settings));
            }
            return sizes;
          });
  Loomlet.yield();
  LoopFiles.replaceString(settings, "new\n");
  watcher.get().removeAll(Set.of(4L, LoopFiles.size(folder.resolve("poem1"))));
  IO.println(
      "replaced at once: "
          + LoopFiles.readString(settings).strip()
          + ", other sizes seen: "
          + watcher.get());

  ticker.kill();
  try (var all = LoopFiles.walk(folder)) {
    List<Path> paths = new ArrayList<>();
    all.forEach(paths::add);
    for (Path each : paths.reversed()) {
      LoopFiles.delete(each);
    }
    IO.println(
        "cleaned up: " + (paths.size() - 1) + " files, there still: " + LoopFiles.exists(folder));
  }
}
