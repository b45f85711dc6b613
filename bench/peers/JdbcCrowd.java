import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many virtual threads ask a database at once, by a pool of a few connections.
 *
 * <p>Takes the URL, the user and the size of the pool. Each line {@code run CALLERS SECONDS} has it
 * let as many ask, all at once, again and again, and say in JSON what came of it.
 */
public final class JdbcCrowd {
  private static final int ROWS = 1000;

  private final HikariDataSource pool;
  private final AtomicLong wrong = new AtomicLong();

  private JdbcCrowd(HikariDataSource pool) {
    this.pool = pool;
  }

  public static void main(String[] args) throws Exception {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(args[0]);
    config.setUsername(args[1]);
    config.setMaximumPoolSize(Integer.parseInt(args[2]));
    try (HikariDataSource pool = new HikariDataSource(config)) {
      JdbcCrowd crowd = new JdbcCrowd(pool);
      crowd.fill();
      BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
      for (String line; (line = lines.readLine()) != null; ) {
        String[] words = line.split(" ");
        System.out.println(
            crowd.run(Integer.parseInt(words[1]), (long) (Double.parseDouble(words[2]) * 1e9)));
      }
    }
  }

  private void fill() throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table if not exists item (id int primary key, name varchar(40))");
      statement.execute("delete from item");
      try (PreparedStatement insert =
          connection.prepareStatement("insert into item values (?, ?)")) {
        for (int i = 0; i < ROWS; i++) {
          insert.setInt(1, i);
          insert.setString(2, nameOf(i));
          insert.addBatch();
        }
        insert.executeBatch();
      }
    }
  }

  private static String nameOf(int id) {
    return "item number " + id;
  }

  private String run(int callers, long nanos) {
    long start = System.nanoTime();
    long end = start + nanos;
    long batches = 0;
    wrong.set(0);
    do {
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < callers; i++) {
          int id = i % ROWS;
          threads.execute(() -> ask(id));
        }
      }
      batches++;
    } while (System.nanoTime() - end < 0);
    double seconds = (System.nanoTime() - start) / 1e9;
    return String.format(
        java.util.Locale.ROOT,
        "{\"batches\":%d,\"seconds\":%.6f,\"wrong\":%d}",
        batches,
        seconds,
        wrong.get());
  }

  private void ask(int id) {
    try (Connection connection = pool.getConnection();
        PreparedStatement query =
            connection.prepareStatement("select name from item where id = ?")) {
      query.setInt(1, id);
      try (ResultSet found = query.executeQuery()) {
        if (!found.next() || !found.getString(1).equals(nameOf(id))) {
          wrong.incrementAndGet();
        }
      }
    } catch (SQLException e) {
      wrong.incrementAndGet();
    }
  }
}
