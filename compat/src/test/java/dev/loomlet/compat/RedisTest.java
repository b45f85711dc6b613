package dev.loomlet.compat;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Jedis, with a real Redis. */
class RedisTest {
  private static final List<String> VALUES =
      IntStream.range(0, Proof.CALLS).mapToObj(each -> "value " + each).toList();

  /** Gives each list that somebody waits for its value, once all wait. */
  private static int giveWhenAllWait(int port) {
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      while (!jedis.info("clients").contains("blocked_clients:" + Proof.CALLS + "\r")) {
        Thread.yield();
      }
      for (int i = 0; i < Proof.CALLS; i++) {
        jedis.rpush("list " + i, "value " + i);
      }
      return Proof.CALLS;
    }
  }

  @Test
  void jedis() throws Exception {
    String program = TestServer.program("redis-server", "/usr/bin", "/usr/local/bin");
    try (TestServer server = new TestServer("redis", "redis")) {
      server.start(
          () -> {
            try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
              return jedis.ping();
            }
          },
          program,
          "--port",
          "" + server.port(),
          "--bind",
          "127.0.0.1",
          "--save",
          "",
          "--tcp-backlog",
          "" + 2 * Proof.CALLS);
      Proof.hold(
          "Jedis, a connection each",
          VALUES,
          here -> {
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
              Future<Integer> giver = executor.submit(() -> giveWhenAllWait(server.port()));
              List<String> values =
                  Proof.callAtOnce(
                      number -> {
                        try (Jedis jedis = new Jedis("127.0.0.1", server.port(), 60_000)) {
                          // The list's name, and what was in it.
                          return jedis.blpop(60, "list " + number).get(1);
                        }
                      });
              giver.get();
              return values;
            }
          });
    }
  }
}
