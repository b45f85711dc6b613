package dev.loomlet.bench.peers;

import kotlin.ResultKt;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlin.coroutines.jvm.internal.SuspendLambda;
import kotlin.jvm.functions.Function2;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineScope;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.channels.BufferOverflow;
import kotlinx.coroutines.channels.Channel;
import kotlinx.coroutines.channels.ChannelKt;
import org.jspecify.annotations.Nullable;

/**
 * Kotlin's own figures for the benchmark of channels: coroutines of one {@code runBlocking}, which
 * is an event loop on the calling thread, and rendezvous channels between them.
 *
 * <p>The coroutines are state machines written by hand, as the Kotlin compiler makes them of a loop
 * with one suspension point in it: the fields are the state, {@code invokeSuspend} goes on where it
 * was, and a call that returns {@code COROUTINE_SUSPENDED} is returned.
 */
public final class KotlinChannels {
  private static final int BATCH = 20_000;
  private static final Object SUSPENDED = IntrinsicsKt.getCOROUTINE_SUSPENDED();

  private KotlinChannels() {}

  /** Takes {@code stream} or {@code pingpong} and seconds; prints nanoseconds for each value. */
  public static void main(String[] args) throws InterruptedException {
    long nanos = (long) (Double.parseDouble(args[1]) * 1e9);
    boolean pingPong =
        switch (args[0]) {
          case "pingpong" -> true;
          case "stream" -> false;
          default -> throw new IllegalArgumentException("stream or pingpong, not " + args[0]);
        };
    repeat(pingPong, Math.max(nanos, 300_000_000));
    System.out.println(repeat(pingPong, nanos));
  }

  private static double repeat(boolean pingPong, long nanos) throws InterruptedException {
    long start = System.nanoTime();
    long batches = 0;
    long spent;
    do {
      Channel<Integer> there = ChannelKt.Channel(0, BufferOverflow.SUSPEND, null);
      Channel<Integer> back = ChannelKt.Channel(0, BufferOverflow.SUSPEND, null);
      BuildersKt.runBlocking(
          EmptyCoroutineContext.INSTANCE,
          (scope, _) -> {
            if (pingPong) {
              launch(scope, new PingPong(there, back, true, null));
              launch(scope, new PingPong(there, back, false, null));
            } else {
              launch(scope, new Producer(there, null));
              launch(scope, new Consumer(there, null));
            }
            return Unit.INSTANCE;
          });
      batches++;
      spent = System.nanoTime() - start;
    } while (spent < nanos);
    return (double) spent / batches / BATCH;
  }

  private static void launch(CoroutineScope scope, Coroutine coroutine) {
    BuildersKt.launch(scope, EmptyCoroutineContext.INSTANCE, CoroutineStart.DEFAULT, coroutine);
  }

  /** What the compiler makes of {@code suspend CoroutineScope.() -> Unit}. */
  private abstract static class Coroutine extends SuspendLambda
      implements Function2<CoroutineScope, Continuation<? super Unit>, Object> {
    Coroutine(@Nullable Continuation<Object> completion) {
      super(2, completion);
    }

    abstract Coroutine copy(Continuation<Object> completion);

    @Override
    @SuppressWarnings("unchecked")
    public final Continuation<Unit> create(@Nullable Object value, Continuation<?> completion) {
      return (Continuation<Unit>) (Continuation<?>) copy((Continuation<Object>) completion);
    }

    @Override
    @SuppressWarnings("unchecked")
    public final Object invoke(CoroutineScope scope, Continuation<? super Unit> completion) {
      return copy((Continuation<Object>) (Continuation<?>) completion).invokeSuspend(Unit.INSTANCE);
    }

    @Override
    protected abstract Object invokeSuspend(Object result);
  }

  /** {@code repeat(BATCH) { channel.send(it) }}. */
  private static final class Producer extends Coroutine {
    private final Channel<Integer> channel;
    private int sent;

    Producer(Channel<Integer> channel, @Nullable Continuation<Object> completion) {
      super(completion);
      this.channel = channel;
    }

    @Override
    Coroutine copy(Continuation<Object> completion) {
      return new Producer(channel, completion);
    }

    @Override
    protected Object invokeSuspend(Object result) {
      ResultKt.throwOnFailure(result);
      while (sent < BATCH) {
        if (channel.send(sent++, unit(this)) == SUSPENDED) {
          return SUSPENDED;
        }
      }
      return Unit.INSTANCE;
    }
  }

  /** {@code repeat(BATCH) { channel.receive() }}. */
  private static final class Consumer extends Coroutine {
    private final Channel<Integer> channel;
    private int received;

    Consumer(Channel<Integer> channel, @Nullable Continuation<Object> completion) {
      super(completion);
      this.channel = channel;
    }

    @Override
    Coroutine copy(Continuation<Object> completion) {
      return new Consumer(channel, completion);
    }

    @Override
    protected Object invokeSuspend(Object result) {
      ResultKt.throwOnFailure(result);
      while (received < BATCH) {
        received++;
        if (channel.receive(integer(this)) == SUSPENDED) {
          return SUSPENDED;
        }
      }
      return Unit.INSTANCE;
    }
  }

  /** Sends on one channel and receives on the other, in turn; one of the two begins. */
  private static final class PingPong extends Coroutine {
    private final Channel<Integer> there;
    private final Channel<Integer> back;
    private final boolean first;
    private int steps;

    PingPong(
        Channel<Integer> there,
        Channel<Integer> back,
        boolean first,
        @Nullable Continuation<Object> completion) {
      super(completion);
      this.there = there;
      this.back = back;
      this.first = first;
    }

    @Override
    Coroutine copy(Continuation<Object> completion) {
      return new PingPong(there, back, first, completion);
    }

    @Override
    protected Object invokeSuspend(Object result) {
      ResultKt.throwOnFailure(result);
      while (steps < BATCH) {
        boolean outward = (steps & 1) == 0;
        Channel<Integer> channel = outward ? there : back;
        int step = steps++;
        Object outcome =
            outward == first ? channel.send(step, unit(this)) : channel.receive(integer(this));
        if (outcome == SUSPENDED) {
          return SUSPENDED;
        }
      }
      return Unit.INSTANCE;
    }
  }

  @SuppressWarnings("unchecked")
  private static Continuation<Unit> unit(Continuation<Object> coroutine) {
    return (Continuation<Unit>) (Continuation<?>) coroutine;
  }

  @SuppressWarnings("unchecked")
  private static Continuation<Integer> integer(Continuation<Object> coroutine) {
    return (Continuation<Integer>) (Continuation<?>) coroutine;
  }
}
