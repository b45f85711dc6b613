package dev.loomlet.queue;

import org.jspecify.annotations.Nullable;

/** The view of a channel, which knows of its handles, too. */
final class ChannelView extends View {
  private final Channel<?> channel;

  ChannelView(Channel<?> channel) {
    super(channel.exchange);
    this.channel = channel;
  }

  @Override
  public @Nullable Standstill standstill() {
    // First, for once it is so it stays so; and what stands still after that stands for good.
    boolean noSender = channel.lostSenders();
    boolean noReceiver = channel.lostReceivers();
    Standstill standstill = super.standstill();
    if (standstill == null || !channel.byHandlesOnly()) {
      return standstill;
    }
    Channel.Statistics now = channel.statistics();
    boolean toTake = standstill.toTake();
    return new Standstill(
        toTake,
        standstill.others(),
        toTake ? now.openSenders() : now.openReceivers(),
        toTake ? noSender : noReceiver);
  }
}
