package dev.loomlet;

import dev.loomlet.engine.Engine;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/**
 * Has an interrupt of a thread wake the engine that it polls, which knows nothing of interrupts.
 *
 * <p>A selector of nothing: to be told of an interrupt is what the JDK allows only those who write
 * selectors and channels.
 */
final class WakeOnInterrupt extends AbstractSelector {
  private final Engine engine;

  WakeOnInterrupt(Engine engine) {
    super(SelectorProvider.provider());
    this.engine = engine;
  }

  /** Polls; returns at once if the calling thread is interrupted, or when it is. */
  void poll(long timeoutNanos) {
    begin();
    try {
      engine.poll(timeoutNanos);
    } finally {
      end();
    }
  }

  @Override
  public Selector wakeup() {
    engine.wakeUp();
    return this;
  }

  @Override
  public Set<SelectionKey> keys() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int selectNow() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int select(long timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int select() {
    throw new UnsupportedOperationException();
  }

  @Override
  protected void implCloseSelector() {}

  @Override
  protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
    throw new UnsupportedOperationException();
  }
}
