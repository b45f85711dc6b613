/// Ten buyers, five tickets, one database: oversold without a lock, exactly sold out with one.
///
/// Each buyer reads how many are left, pays, and writes one less: first without a lock, then with
/// the row locked (`select … for update`), then with the table locked. The buyers are greenlets,
/// the database is a real PostgreSQL, the driver is the blocking one that everybody uses.
///
/// It needs PostgreSQL's driver, which `./loomlet demo M7` finds in `examples/target/lib`, and a
/// PostgreSQL: it starts one of its own, in a temporary folder, or takes the JDBC URL of another
/// one as its argument.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Greenlet;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

static final int TICKETS = 5;
static final int BUYERS = 10;

/** A way to buy: what it is called, what locks, and what reads. */
record Way(String name, String lock, String read) {}

final List<Way> ways =
    List.of(
        new Way("without a lock", "", "select number from loomlet_tickets"),
        new Way("row lock", "", "select number from loomlet_tickets for update"),
        new Way(
            "table lock",
            "lock table loomlet_tickets in access exclusive mode",
            "select number from loomlet_tickets"));

void update(Connection connection, String sql) throws SQLException {
  try (var statement = connection.createStatement()) {
    statement.execute(sql);
  }
}

int left(Connection connection, String sql) throws SQLException {
  try (var statement = connection.createStatement();
      var rows = statement.executeQuery(sql)) {
    rows.next();
    return rows.getInt(1);
  }
}

/// Returns whether there was a ticket.
boolean buy(Connection connection, Way way) throws SQLException {
  connection.setAutoCommit(false);
  if (!way.lock().isEmpty()) {
    update(connection, way.lock());
  }
  int number = left(connection, way.read());
  if (number > 0) {
    sleep(100); // paying takes a while
    update(connection, "update loomlet_tickets set number = " + (number - 1));
  }
  connection.commit();
  return number > 0;
}

void sell(String url, Way way) throws Exception {
  List<Connection> connections = new ArrayList<>();
  try {
    for (int i = 0; i <= BUYERS; i++) {
      connections.add(DriverManager.getConnection(url));
    }
    Connection office = connections.removeLast();
    connections.add(0, office);
    update(office, "drop table if exists loomlet_tickets");
    update(office, "create table loomlet_tickets (number int)");
    update(office, "insert into loomlet_tickets values (" + TICKETS + ")");
    List<Greenlet<Boolean>> buyers = new ArrayList<>();
    for (Connection each : connections.subList(1, connections.size())) {
      buyers.add(spawn(() -> buy(each, way)));
    }
    int sold = 0;
    for (var buyer : buyers) {
      sold += buyer.get() ? 1 : 0;
    }
    int left = left(office, "select number from loomlet_tickets");
    update(office, "drop table loomlet_tickets");
    IO.println(way.name() + ": " + sold + " of " + TICKETS + " tickets sold, left " + left);
  } finally {
    for (Connection each : connections) {
      each.close();
    }
  }
}

/** A PostgreSQL of our own. */
record Server(Process process, Path folder, String url) {}

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

Server startServer(Path programs) throws Exception {
  Path folder = Files.createTempDirectory("loomlet-m7");
  // PostgreSQL refuses to be run by root.
  List<String> as = List.of();
  if (System.getProperty("user.name").equals("root")) {
    run(List.of("chown", "postgres", folder.toString()));
    as = List.of("runuser", "-u", "postgres", "--");
  }
  String data = folder.resolve("data").toString();
  run(command(as, programs.resolve("initdb"), "-D", data, "-A", "trust", "-U", "loomlet", "-N"));
  int port;
  try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
    port = free.getLocalPort();
  }
  var process =
      new ProcessBuilder(
              command(
                  as, programs.resolve("postgres"), "-D", data, "-p", "" + port, "-k", "", "-F"))
          .directory(folder.toFile())
          .redirectErrorStream(true)
          .start();
  // It says so when it is ready.
  var log = process.inputReader();
  for (String line; !(line = String.valueOf(log.readLine())).contains("ready to accept"); ) {
    if (!process.isAlive()) {
      throw new IOException("PostgreSQL does not start: " + line);
    }
  }
  spawn(() -> log.lines().forEach(line -> {}));
  String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=loomlet";
  return new Server(process, folder, url);
}

List<String> command(List<String> as, Path program, String... arguments) {
  List<String> command = new ArrayList<>(as);
  command.add(program.toString());
  command.addAll(List.of(arguments));
  return command;
}

void run(List<String> command) throws Exception {
  var process =
      new ProcessBuilder(command).directory(new File("/")).redirectErrorStream(true).start();
  try (var reader = process.inputReader()) {
    String said = reader.readAllAsString();
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + said);
    }
  }
}

void stop(Server server) throws Exception {
  // Not process.destroy(), which would also close what its log is read from.
  server.process().toHandle().destroy();
  server.process().waitFor();
  try (var files = Files.walk(server.folder())) {
    for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
      Files.delete(each);
    }
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
          ./loomlet run -cp 'examples/target/lib/*' examples/M7Tickets.java\
        """);
  }
  Server own = null;
  if (args.length == 0) {
    Path programs = programs();
    if (programs == null) {
      need("There is no PostgreSQL here: install it, or give the JDBC URL of another one.");
    }
    own = startServer(programs);
  }
  try {
    for (Way way : ways) {
      sell(own == null ? args[0] : own.url(), way);
    }
  } finally {
    if (own != null) {
      stop(own);
    }
  }
}
