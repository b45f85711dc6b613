package dev.loomlet.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to measure. Immutable.
 *
 * @param json whether to print JSON instead of a table
 * @param connections for {@code echo}: the numbers of connections, measured one after the other
 * @param seconds how long each of the things compared is measured in each round
 * @param rounds how often they are measured in turn, at least 1
 * @param peers for {@code echo}: the servers to compare, by name; for {@code process}: what to
 *     measure, by parts of the names; empty for all
 * @param engines for {@code echo}, {@code bulk} and {@code files}: the engines on which Loomlet
 *     takes part; empty for the benchmark's own choice
 * @param chart where to write an SVG, or null for none
 */
public record BenchOptions(
    boolean json,
    List<Integer> connections,
    Duration seconds,
    int rounds,
    List<String> peers,
    List<String> engines,
    @Nullable Path chart) {

  /** Checks the ranges. */
  public BenchOptions {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be at least 1, not " + rounds);
    }
    if (!seconds.isPositive()) {
      throw new IllegalArgumentException("seconds must be more than 0, not " + seconds);
    }
    for (int each : connections) {
      if (each < 1) {
        throw new IllegalArgumentException("connections must be at least 1, not " + each);
      }
    }
    connections = List.copyOf(connections);
    peers = List.copyOf(peers);
    engines = List.copyOf(engines);
  }

  /** A table, 50 to 10,000 connections, 7 rounds of a second each, all peers, no chart. */
  public static BenchOptions defaults() {
    return new BenchOptions(
        false, List.of(50, 1000, 10_000), Duration.ofSeconds(1), 7, List.of(), List.of(), null);
  }

  /** The same with JSON or a table. */
  public BenchOptions withJson(boolean newJson) {
    return new BenchOptions(newJson, connections, seconds, rounds, peers, engines, chart);
  }

  /** The same with other numbers of connections. */
  public BenchOptions withConnections(List<Integer> newConnections) {
    return new BenchOptions(json, newConnections, seconds, rounds, peers, engines, chart);
  }

  /** The same with another time for each measurement. */
  public BenchOptions withSeconds(Duration newSeconds) {
    return new BenchOptions(json, connections, newSeconds, rounds, peers, engines, chart);
  }

  /** The same with another number of rounds. */
  public BenchOptions withRounds(int newRounds) {
    return new BenchOptions(json, connections, seconds, newRounds, peers, engines, chart);
  }

  /** The same with other peers. */
  public BenchOptions withPeers(List<String> newPeers) {
    return new BenchOptions(json, connections, seconds, rounds, newPeers, engines, chart);
  }

  /** The same with other engines. */
  public BenchOptions withEngines(List<String> newEngines) {
    return new BenchOptions(json, connections, seconds, rounds, peers, newEngines, chart);
  }

  /** The same with a chart, or with none. */
  public BenchOptions withChart(@Nullable Path newChart) {
    return new BenchOptions(json, connections, seconds, rounds, peers, engines, newChart);
  }
}
