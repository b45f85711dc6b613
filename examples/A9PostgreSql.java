/// SQL on a real PostgreSQL without holding up the loop: ten queries at once, and a ticker.
///
/// What Python needs `aiomysql` or `asyncpg` for. The driver is the blocking one that everybody
/// uses; each query takes the server 0.5 s, and all of them together do. The first argument scales
/// the times.
///
/// It needs PostgreSQL's driver, which `./loomlet demo A9PostgreSql` finds in
/// `examples/target/lib`, and a PostgreSQL: it starts one of its own, in a temporary folder, or
/// takes the JDBC URL of another one as its second argument.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Greenlet;
import dev.loomlet.TaskGroup;
import java.net.ServerSocket;
import java.sql.DriverManager;
import java.sql.SQLException;

int ticks;

void tick() {
  while (true) {
    sleep(10);
    ticks++;
  }
}

String nameOf(String url, int id, double seconds) throws SQLException {
  try (var connection = DriverManager.getConnection(url);
      var query =
          connection.prepareStatement(
              "select name, pg_sleep(?) from loomlet_people where id = ?")) {
    query.setDouble(1, seconds);
    query.setInt(2, id);
    try (var rows = query.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }
}

void ask(String url, double scale) throws Exception {
  try (var connection = DriverManager.getConnection(url);
      var statement = connection.createStatement()) {
    statement.execute("drop table if exists loomlet_people");
    statement.execute("create table loomlet_people (id int primary key, name text)");
    statement.execute(
        "insert into loomlet_people select x, 'name ' || x from generate_series(1, 10) x");
    // In a group, so that whoever ends the program has them ended before the server.
    TaskGroup.run(
        group -> {
          var ticker = group.spawn(this::tick);
          long start = System.nanoTime();
          List<Greenlet<String>> names = new ArrayList<>();
          for (int i = 1; i <= 10; i++) {
            int id = i;
            names.add(group.spawn(() -> nameOf(url, id, 0.5 * scale)));
          }
          for (var name : names) {
            IO.println(name.get());
          }
          long millis = (System.nanoTime() - start) / 1_000_000;
          IO.println("others went on: " + (ticks > 2));
          IO.println("took " + millis + " ms");
          ticker.kill();
        });
    statement.execute("drop table loomlet_people");
  }
}

/// The folder of PostgreSQL's programs, or null if there is none.
Path programs() throws IOException {
  List<Path> folders = new ArrayList<>();
  for (String each : System.getenv("PATH").split(":")) {
    folders.add(Path.of(each));
  }
  Path versions = Path.of("/usr/lib/postgresql");
  if (Files.isDirectory(versions)) {
    try (var found = Files.list(versions)) {
      found.map(each -> each.resolve("bin")).forEach(folders::add);
    }
  }
  for (Path each : folders.reversed()) {
    if (Files.isExecutable(each.resolve("initdb"))) {
      return each;
    }
  }
  return null;
}

/// PostgreSQL refuses to be run by root.
boolean root() {
  return System.getProperty("user.name").equals("root");
}

void run(Path folder, Object... command) throws Exception {
  List<String> words = new ArrayList<>();
  if (root() && !command[0].equals("chown")) {
    words.addAll(List.of("runuser", "-u", "postgres", "--"));
  }
  for (Object each : command) {
    words.add(each.toString());
  }
  var process =
      new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true).start();
  String said = process.inputReader().readAllAsString();
  if (process.waitFor() != 0) {
    throw new IOException(String.join(" ", words) + " failed: " + said);
  }
}

/// Starts a PostgreSQL in a folder; returns its JDBC URL.
String startServer(Path programs, Path folder) throws Exception {
  if (root()) {
    run(folder, "chown", "postgres", folder);
  }
  run(folder, programs.resolve("initdb"), "-D", "data", "-A", "trust", "-U", "loomlet", "-N");
  int port;
  try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
    port = free.getLocalPort();
  }
  String options = "-p " + port + " -k '' -F";
  run(folder, programs.resolve("pg_ctl"), "-D", "data", "-l", "log", "-o", options, "-w", "start");
  return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=loomlet";
}

void stopServer(Path programs, Path folder) throws Exception {
  if (Files.exists(folder.resolve("data/postmaster.pid"))) {
    run(folder, programs.resolve("pg_ctl"), "-D", "data", "-m", "immediate", "-w", "stop");
  }
  try (var files = Files.walk(folder)) {
    for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
      Files.delete(each);
    }
  }
}

void askServerOfOurOwn(double scale) throws Exception {
  Path programs = programs();
  if (programs == null) {
    need("There is no PostgreSQL here: install it, or give the JDBC URL of another one.");
  }
  Path folder = Files.createTempDirectory("loomlet-a9");
  try {
    ask(startServer(programs, folder), scale);
  } finally {
    stopServer(programs, folder);
  }
}

void need(String what) {
  System.err.println(what);
  System.exit(1);
}

void main(String[] args) throws Exception {
  if (DriverManager.drivers().noneMatch(each -> each.getClass().getName().contains("postgresql"))) {
    need(
        """
        PostgreSQL's driver is not on the class path. Get it and try again:
          mvn -N dependency:copy -Dartifact=org.postgresql:postgresql:42.7.14 -DoutputDirectory=examples/target/lib
          ./loomlet run -cp 'examples/target/lib/*' examples/A9PostgreSql.java\
        """);
  }
  double scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  if (args.length > 1) {
    ask(args[1], scale);
  } else {
    askServerOfOurOwn(scale);
  }
}
