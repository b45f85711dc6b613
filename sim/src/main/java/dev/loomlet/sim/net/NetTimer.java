package dev.loomlet.sim.net;

import dev.loomlet.time.Timer;

/** Something of the network that happens later. */
abstract class NetTimer extends Timer {
  final Fabric fabric;

  NetTimer(Fabric fabric) {
    this.fabric = fabric;
  }

  /** Has it happen after a while. Must not be scheduled already. */
  final void startAfter(long nanos) {
    fabric.world.countTimers(1);
    fabric.context().timers().schedule(this, nanos);
  }

  /** Takes it back, if it has not happened. */
  final void stop() {
    if (fabric.context().timers().cancel(this)) {
      fabric.world.countTimers(-1);
    }
  }

  @Override
  protected final void fire() {
    fabric.world.countTimers(-1);
    happen();
  }

  /** What happens. Must not wait. */
  abstract void happen();
}
