package dev.loomlet.engine;

import dev.loomlet.linux.SystemCalls;

/** A descriptor that is registered with epoll. */
abstract class EpollDescriptor extends Readiness {
  final EpollEngine engine;
  final SystemCalls calls;
  final int fd;

  /** Place in the engine's table. */
  int index;

  /** Tells this user of the place from an earlier one. */
  int generation;

  EpollDescriptor(EpollEngine engine, int fd, int state) {
    super(engine.context, engine.progress, state);
    this.engine = engine;
    this.calls = engine.calls;
    this.fd = fd;
  }

  @Override
  void askKernel() {
    engine.askAgain(this);
  }

  /** Frees the descriptor and wakes whoever waits for it. Does nothing when repeated. */
  public void close() {
    if (markClosed()) {
      engine.forget(this);
      closeDescriptor();
    }
  }

  void closeDescriptor() {
    SystemCalls.close(fd);
  }
}
