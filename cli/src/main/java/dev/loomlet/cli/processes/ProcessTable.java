package dev.loomlet.cli.processes;

import dev.loomlet.bench.Json;
import dev.loomlet.process.ProcessReport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** All processes of a user at one time: a tree, and below each its loops, pools and queues. */
public final class ProcessTable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final double MEBI = 1 << 20;
  private static final String ROW = "%8s %6s %8s %8s  %s%n";

  private final List<ListedProcess> processes;
  private final long nanos = System.nanoTime();

  private ProcessTable(List<ListedProcess> processes) {
    this.processes = processes;
  }

  /**
   * Asks all of them. Waits, a second at most for those that do not answer.
   *
   * @throws IOException if their sockets cannot be trusted
   */
  public static ProcessTable now() throws IOException {
    long self = ProcessHandle.current().pid();
    List<ListedProcess> processes = new ArrayList<>();
    for (ProcessReport each : ProcessReport.all(PATIENCE)) {
      if (each.pid() != self) {
        processes.add(ListedProcess.of(each));
      }
    }
    processes.sort(Comparator.comparingLong(ListedProcess::pid));
    return new ProcessTable(processes);
  }

  /** For programs. */
  public String toJson() {
    return Json.write(Map.of("processes", processes.stream().map(ListedProcess::toMap).toList()));
  }

  /**
   * For people.
   *
   * @param before an earlier one, to tell how busy the processor was; this one for since each began
   */
  public String toText(ProcessTable before) {
    if (processes.isEmpty()) {
      return "No process of this user can be asked: they run by \"loomlet run\", or use"
          + " dev.loomlet.process.\n";
    }
    StringBuilder out = new StringBuilder();
    out.append(String.format(Locale.ROOT, ROW, "PID", "CPU", "MEMORY", "HEAP", "PROCESS"));
    Set<Long> pids = new HashSet<>();
    processes.forEach(each -> pids.add(each.pid()));
    for (ListedProcess each : processes) {
      if (!pids.contains(each.parent())) {
        append(each, 0, before, out);
      }
    }
    return out.toString();
  }

  private void append(ListedProcess process, int depth, ProcessTable before, StringBuilder out) {
    ProcessUsage usage = process.usage();
    String indent = "  ".repeat(depth);
    out.append(
        String.format(
            Locale.ROOT,
            ROW,
            process.pid(),
            processor(process, before),
            usage == null ? "-" : mebibytes(usage.resident()),
            process.answers() ? mebibytes(ListedProcess.number(process.said(), "heapUsed")) : "-",
            indent
                + nameOf(process)
                + (usage != null && usage.state() == 'T' ? " (stopped)" : "")));
    String part = " ".repeat(35) + indent + "  ";
    process.parts("loops").stream()
        .filter(ProcessTable::isInUse)
        .forEach(each -> out.append(part).append(loop(each)).append('\n'));
    process.parts("pools").forEach(each -> out.append(part).append(pool(each)).append('\n'));
    process.parts("queues").forEach(each -> out.append(part).append(queue(each)).append('\n'));
    for (ListedProcess each : processes) {
      if (each.parent() == process.pid() && each.pid() > process.pid()) {
        append(each, depth + 1, before, out);
      }
    }
  }

  private String processor(ListedProcess process, ProcessTable before) {
    ProcessUsage usage = process.usage();
    if (usage == null) {
      return "-";
    }
    if (before == this) {
      return String.format(Locale.ROOT, "%.1fs", usage.processorSeconds());
    }
    Map<Long, ListedProcess> earlier = new HashMap<>();
    before.processes.forEach(each -> earlier.put(each.pid(), each));
    ListedProcess then = earlier.get(process.pid());
    ProcessUsage used = then == null ? null : then.usage();
    if (used == null) {
      return "-";
    }
    double seconds = usage.processorSeconds() - used.processorSeconds();
    double share = seconds / ((nanos - before.nanos) / 1e9);
    return String.format(Locale.ROOT, "%.0f %%", 100 * Math.max(0, share));
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.0f MB", bytes / MEBI);
  }

  /** A thread that has waited once keeps its loop, which tells nothing. */
  private static boolean isInUse(Map<String, Object> loop) {
    return ListedProcess.truth(loop, "running") || ListedProcess.number(loop, "greenlets") > 0;
  }

  /** A pool knows better than its processes which of them is which. */
  private String nameOf(ListedProcess process) {
    for (ListedProcess parent : processes) {
      if (parent.pid() == process.parent()) {
        for (Map<String, Object> pool : parent.parts("pools")) {
          for (Map<String, Object> worker : ListedProcess.parts(pool, "processes")) {
            if (ListedProcess.number(worker, "pid") == process.pid()) {
              return ListedProcess.text(worker, "name");
            }
          }
        }
      }
    }
    return process.name();
  }

  private static String loop(Map<String, Object> loop) {
    long greenlets = ListedProcess.number(loop, "greenlets");
    String doing =
        !ListedProcess.truth(loop, "running")
            ? "not turning"
            : ListedProcess.truth(loop, "busy") ? "busy" : "idle";
    return String.format(
        "loop %s: %d %s, %s",
        ListedProcess.text(loop, "name"),
        greenlets,
        greenlets == 1 ? "greenlet" : "greenlets",
        doing);
  }

  private static String pool(Map<String, Object> pool) {
    return String.format(
        "pool %s: %d of %d ready, %d given, %d waiting, %d submitted",
        ListedProcess.text(pool, "name"),
        ListedProcess.number(pool, "ready"),
        ListedProcess.number(pool, "size"),
        ListedProcess.number(pool, "given"),
        ListedProcess.number(pool, "waiting"),
        ListedProcess.number(pool, "submitted"));
  }

  private static String queue(Map<String, Object> queue) {
    return String.format(
        "queue: %d of %d",
        ListedProcess.number(queue, "filled"), ListedProcess.number(queue, "capacity"));
  }
}
