package dev.loomlet.bench;

/** What is measured of a server at a number of connections, in the order of the columns. */
enum IoMeasure {
  THROUGHPUT("requests_per_s", "Requests per second"),
  P50("p50_us", "Half of all replies within, µs"),
  P99("p99_us", "99 of 100 replies within, µs"),
  CPU("cpu_us", "Server's processor time per request, µs"),
  CALLS("calls", "System calls per request"),
  SWITCHES("switches", "Context switches per request");

  private final String column;
  private final String title;

  IoMeasure(String column, String title) {
    this.column = column;
    this.title = title;
  }

  /** Its name in tables and JSON. */
  String column() {
    return column;
  }

  /** Its name in the picture. */
  String title() {
    return title;
  }
}
