package dev.loomlet.sim.world;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What has happened in a simulation: a hash of all of it, and the end of it for reading. Steps and
 * other events are kept apart, so that many steps do not push out the few events.
 */
public final class Trace {
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
  private static final int STEPS_KEPT = 256;
  private static final int EVENTS_KEPT = 1024;
  private static final int LINES = 80;

  private final SimClock clock;
  private long hash;
  private long sequence;

  private final StepInfo[] steps = new StepInfo[STEPS_KEPT];
  private final long[] stepTimes = new long[STEPS_KEPT];
  private final long[] stepSequences = new long[STEPS_KEPT];
  private long stepCount;

  private final @Nullable Event[] events = new @Nullable Event[EVENTS_KEPT];
  private long eventCount;

  /** One that was made once and is filled anew each time its place comes up. */
  private static final class Event {
    EventKind kind = EventKind.NOTE;
    long sequence;
    long time;
    @Nullable Machine from;
    @Nullable Machine to;
    long amount;
    String detail = "";
  }

  Trace(SimClock clock, long seed) {
    this.clock = clock;
    mix(seed);
  }

  private void mix(long value) {
    long mixed = (hash ^ value) * MULTIPLIER;
    hash = mixed ^ (mixed >>> 32);
  }

  /** A hash of everything so far. */
  public long hash() {
    return hash;
  }

  void step(StepInfo info, int index) {
    long now = clock.nanoTime();
    mix(now * 31 + ((long) info.serial << 16) + index);
    int place = (int) (stepCount++ & (STEPS_KEPT - 1));
    steps[place] = info;
    stepTimes[place] = now;
    stepSequences[place] = sequence++;
  }

  /**
   * Takes note of an event.
   *
   * @param to the other machine concerned, or null
   * @param amount what there is to count, or 0; becomes part of the hash
   * @param detail for reading; does not become part of the hash
   */
  public void event(
      EventKind kind, @Nullable Machine from, @Nullable Machine to, long amount, String detail) {
    long now = clock.nanoTime();
    mix(now);
    mix(
        ((long) kind.name().hashCode() << 32)
            ^ ((from == null ? -1L : from.index()) << 16)
            ^ ((to == null ? -1L : to.index()) << 40)
            ^ amount);
    int place = (int) (eventCount++ & (EVENTS_KEPT - 1));
    Event event = events[place];
    if (event == null) {
      event = new Event();
      events[place] = event;
    }
    event.kind = kind;
    event.sequence = sequence++;
    event.time = now;
    event.from = from;
    event.to = to;
    event.amount = amount;
    event.detail = detail;
  }

  /** Takes note of a remark of the program, which becomes part of the hash. */
  public void note(@Nullable Machine where, String text) {
    event(EventKind.NOTE, where, null, text.hashCode(), text);
  }

  /** The last of it in words, a line each. */
  public String timeline() {
    List<String> lines = new ArrayList<>();
    long step = Math.max(0, stepCount - STEPS_KEPT);
    long event = Math.max(0, eventCount - EVENTS_KEPT);
    StepInfo last = null;
    while (step < stepCount || event < eventCount) {
      int stepPlace = (int) (step & (STEPS_KEPT - 1));
      Event next = event < eventCount ? events[(int) (event & (EVENTS_KEPT - 1))] : null;
      if (next == null || (step < stepCount && stepSequences[stepPlace] < next.sequence)) {
        StepInfo info = steps[stepPlace];
        if (info != last) {
          lines.add(line(stepTimes[stepPlace], info.machine, "runs \"" + info.name + '"'));
        }
        last = info;
        step++;
      } else {
        lines.add(line(next));
        last = null;
        event++;
      }
    }
    int from = Math.max(0, lines.size() - LINES);
    return String.join("\n", lines.subList(from, lines.size()));
  }

  private static String line(Event event) {
    StringBuilder text = new StringBuilder();
    if (event.to != null) {
      text.append("-> ").append(event.to.name()).append("  ");
    }
    text.append(event.kind.text());
    if (event.kind == EventKind.NOTE) {
      text.append('"').append(event.detail).append('"');
    } else {
      if (event.amount != 0) {
        text.append(' ').append(event.amount);
      }
      if (!event.detail.isEmpty()) {
        text.append("  ").append(event.detail);
      }
    }
    return line(event.time, event.from, text.toString());
  }

  private static String line(long time, @Nullable Machine machine, String text) {
    String who = machine == null ? "" : machine.name();
    return String.format(Locale.ROOT, "%14.9f s  %-8s %s", time / 1e9, who, text);
  }
}
