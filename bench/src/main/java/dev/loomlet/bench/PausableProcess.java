package dev.loomlet.bench;

/** A process that can be put aside as it is, so that it takes no time from others. */
abstract class PausableProcess implements AutoCloseable {
  private final Process process;
  private boolean paused;

  PausableProcess(Process process) {
    this.process = process;
  }

  /** The process itself. */
  final Process process() {
    return process;
  }

  /** Its process number. */
  public final long pid() {
    return process.pid();
  }

  /** Stops it by a signal, whatever it does. */
  final void pause() {
    paused = Signal.STOP.send(pid());
  }

  /** Has it go on after {@link #pause}. */
  final void resume() {
    if (paused) {
      paused = false;
      Signal.CONTINUE.send(pid());
    }
  }

  /** Asks it to end. It goes on before, for one that is stopped would not hear of it. */
  @Override
  public void close() {
    resume();
    process.destroy();
  }
}
