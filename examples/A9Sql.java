/// SQL without holding up the loop: ten queries at once by a blocking JDBC driver, and a ticker.
///
/// What Python needs `aiomysql` for. The driver is that of H2, which talks to its server over TCP;
/// each query takes the server 0.5 s, and all of them together do. An argument scales the times. It
/// needs the jar of H2, which `./loomlet demo A9Sql` finds in `examples/target/lib`.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Greenlet;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

int ticks;

void tick() {
  while (true) {
    sleep(10);
    ticks++;
  }
}

/// Starts H2's server, in threads of its own; returns what a driver connects to.
String startServer() throws ReflectiveOperationException {
  Class<?> type = Class.forName("org.h2.tools.Server");
  String[] options = {"-tcpPort", "0", "-ifNotExists", "-tcpDaemon"};
  Object server = type.getMethod("createTcpServer", String[].class).invoke(null, (Object) options);
  type.getMethod("start").invoke(server);
  return "jdbc:h2:tcp://127.0.0.1:"
      + type.getMethod("getPort").invoke(server)
      + "/mem:a9;DB_CLOSE_DELAY=-1";
}

Connection connect(String url) throws SQLException {
  return DriverManager.getConnection(url, "sa", "");
}

String nameOf(String url, int id, long millis) throws SQLException {
  try (var connection = connect(url);
      var query = connection.prepareStatement("select name from people where id = ?")) {
    try (var pause = connection.prepareCall("call pause(?)")) {
      pause.setLong(1, millis);
      pause.execute();
    }
    query.setInt(1, id);
    try (var rows = query.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }
}

void main(String[] args) throws Exception {
  double scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  final String url;
  try {
    url = startServer();
  } catch (ClassNotFoundException e) {
    System.err.println(
        """
        The jar of H2 is not on the class path. Get it and try again:
          mvn -N dependency:copy -Dartifact=com.h2database:h2:2.4.240 -DoutputDirectory=examples/target/lib
          ./loomlet run -cp 'examples/target/lib/*' examples/A9Sql.java\
        """);
    System.exit(1);
    return;
  }
  try (var connection = connect(url);
      var statement = connection.createStatement()) {
    statement.execute("create alias pause for 'java.lang.Thread.sleep(long)'");
    statement.execute("create table people (id int primary key, name varchar)");
    statement.execute("insert into people select x, 'name ' || x from system_range(1, 10)");
  }
  var ticker = spawn(this::tick);
  long start = System.nanoTime();
  List<Greenlet<String>> names = new ArrayList<>();
  for (int i = 1; i <= 10; i++) {
    int id = i;
    names.add(spawn(() -> nameOf(url, id, Math.round(500 * scale))));
  }
  for (var name : names) {
    IO.println(name.get());
  }
  long millis = (System.nanoTime() - start) / 1_000_000;
  IO.println("others went on: " + (ticks > 2));
  IO.println("took " + millis + " ms");
  ticker.kill();
}
