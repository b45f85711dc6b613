package dev.loomlet.compat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.h2.tools.Server;
import org.junit.jupiter.api.Test;

/** JDBC drivers, with real servers, over pools of 16 connections. */
class DatabasesTest {
  private static final int CONNECTIONS = 16;

  /** A thousand rows, each of which is read and written once. */
  private static final List<String> NAMES =
      IntStream.range(0, Proof.CALLS).mapToObj(each -> "name " + each + " renamed").toList();

  private static void createTable(Connection connection) throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.execute("drop table if exists people");
      statement.execute("create table people (id int primary key, name varchar(40) not null)");
    }
    try (PreparedStatement insert =
        connection.prepareStatement("insert into people values (?, ?)")) {
      for (int i = 0; i < Proof.CALLS; i++) {
        insert.setInt(1, i);
        insert.setString(2, "name " + i);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** A transaction: reads a row, makes the server take its time, and writes the row. */
  private static String rename(Connection connection, String pause, int id) throws Exception {
    connection.setAutoCommit(false);
    String name;
    try (PreparedStatement select =
        connection.prepareStatement("select name from people where id = ?")) {
      select.setInt(1, id);
      try (ResultSet rows = select.executeQuery()) {
        rows.next();
        name = rows.getString(1);
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(pause);
    }
    try (PreparedStatement update =
        connection.prepareStatement("update people set name = ? where id = ?")) {
      update.setString(1, name + " renamed");
      update.setInt(2, id);
      update.executeUpdate();
    }
    connection.commit();
    return name + " renamed";
  }

  private static List<String> namesIn(Connection connection) throws Exception {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select name from people order by id")) {
      List<String> names = new ArrayList<>();
      while (rows.next()) {
        names.add(rows.getString(1));
      }
      return names;
    }
  }

  /** What the thousand transactions returned, and what is in the table then. */
  record Outcome(List<String> returned, List<String> stored) {
    static final Outcome EXPECTED = new Outcome(NAMES, NAMES);
  }

  private static Proof.Program<Outcome> renaming(String url, String user, String pause) {
    return here -> {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(url);
      config.setUsername(user);
      config.setPassword("");
      config.setMaximumPoolSize(CONNECTIONS);
      config.setConnectionTimeout(60_000);
      try (HikariDataSource pool = new HikariDataSource(config)) {
        try (Connection connection = pool.getConnection()) {
          createTable(connection);
        }
        List<String> returned =
            Proof.callAtOnce(
                number -> {
                  try (Connection connection = pool.getConnection()) {
                    return rename(connection, pause, number);
                  }
                });
        try (Connection connection = pool.getConnection()) {
          return new Outcome(returned, namesIn(connection));
        }
      }
    };
  }

  private static boolean connect(String url) throws SQLException {
    DriverManager.getConnection(url, "loomlet", "").close();
    return true;
  }

  @Test
  void postgreSqlOverHikariCp() throws Exception {
    String bin =
        Path.of(TestServer.program("initdb", "/usr/lib/postgresql/*/bin")).getParent().toString();
    try (TestServer server = new TestServer("postgresql", "postgres")) {
      Path data = server.folder().resolve("data");
      server.prepare(
          bin + "/initdb",
          "-D",
          data.toString(),
          "-U",
          "loomlet",
          "-A",
          "trust",
          "--no-sync",
          "-E",
          "UTF8",
          "--locale=C");
      String url = "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres";
      server.start(
          () -> connect(url),
          bin + "/postgres",
          "-D",
          data.toString(),
          "-p",
          "" + server.port(),
          "-h",
          "127.0.0.1",
          "-k",
          "",
          "-c",
          "fsync=off",
          "-c",
          "jit=off");
      Proof.hold(
          "PostgreSQL JDBC over HikariCP",
          Outcome.EXPECTED,
          renaming(url, "loomlet", "select pg_sleep(0.005)"));
    }
  }

  @Test
  void mariaDbOverHikariCp() throws Exception {
    String install = TestServer.program("mariadb-install-db", "/usr/bin", "/usr/local/bin");
    String program = TestServer.program("mariadbd", "/usr/sbin", "/usr/bin", "/usr/local/sbin");
    try (TestServer server = new TestServer("mariadb", "mysql")) {
      String data = "--datadir=" + server.folder().resolve("data");
      Path welcome = server.folder().resolve("welcome.sql");
      Files.writeString(
          welcome,
          "create database loomlet;\ngrant all on *.* to loomlet@'127.0.0.1' identified by '';\n");
      server.prepare(install, "--no-defaults", data, "--skip-test-db");
      String url = "jdbc:mariadb://127.0.0.1:" + server.port() + "/loomlet";
      server.start(
          () -> connect(url),
          program,
          "--no-defaults",
          data,
          "--init-file=" + welcome,
          "--port=" + server.port(),
          "--bind-address=127.0.0.1",
          "--socket=" + server.folder().resolve("socket"),
          "--pid-file=" + server.folder().resolve("pid"),
          "--skip-name-resolve",
          "--innodb-flush-log-at-trx-commit=0");
      Proof.hold(
          "MariaDB Connector/J over HikariCP",
          Outcome.EXPECTED,
          renaming(url, "loomlet", "do sleep(0.005)"));
    }
  }

  @Test
  void h2OverTcp() throws Exception {
    Server server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists", "-tcpDaemon").start();
    try {
      Proof.hold(
          "H2 over TCP, over HikariCP",
          Outcome.EXPECTED,
          renaming(
              "jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/mem:people;DB_CLOSE_DELAY=-1",
              "sa",
              "select 1"));
    } finally {
      server.stop();
    }
  }
}
