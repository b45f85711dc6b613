package dev.loomlet.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;

/** A channel that is registered with the selector. */
abstract class NioDescriptor extends Readiness {
  /**
   * Most that is read or written at once: the JDK copies all of an array to memory outside the heap
   * that it keeps for the thread, however little of it the kernel then takes.
   */
  static final int BLOCK = 128 * 1024;

  final NioEngine engine;
  private final SelectableChannel channel;
  private final SelectionKey key;

  /** What the key must watch for when somebody waits to read or to write. */
  private final int readOperation;

  NioDescriptor(NioEngine engine, SelectableChannel channel, int state, int readOperation)
      throws IOException {
    super(engine.context, engine.progress, state);
    this.engine = engine;
    this.channel = channel;
    this.readOperation = readOperation;
    this.key = engine.register(channel, this);
  }

  /** What the key must watch for when somebody waits to write. */
  int writeOperation() {
    return SelectionKey.OP_WRITE;
  }

  @Override
  void arm(int readiness) {
    int wanted = readiness == READABLE ? readOperation : writeOperation();
    // The wrong end of a pipe is never ready.
    key.interestOpsOr(wanted & channel.validOps());
  }

  @Override
  void askKernel() {
    arm(READABLE);
    engine.pollForGreenlet();
  }

  @Override
  void askWritable() {
    arm(WRITABLE);
    engine.pollForGreenlet();
  }

  /** Frees the channel and wakes whoever waits for it. Does nothing when repeated. */
  public void close() {
    if (markClosed()) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot close " + describe(), e);
      }
    }
  }
}
