package dev.loomlet.io;

import dev.loomlet.Loop;
import dev.loomlet.engine.DescriptorWatch;
import dev.loomlet.engine.ReadySet;
import dev.loomlet.engine.Watchable;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Timeouts;
import dev.loomlet.wait.Watched;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Waits for several sockets, pipes and descriptors at once, and says which are ready; for code that
 * is made of callbacks. Python's {@code selectors}, and the same on every engine.
 *
 * {@snippet :
 * try (var selector = EventSelector.<Action>open()) {
 *   selector.register(listener, READ, () -> accept(listener));
 *   while (true) {
 *     for (var event : selector.select()) {
 *       event.key().data().run();
 *     }
 *   }
 * }
 * }
 *
 * <p>Level-triggered: what is ready is reported by every select until it is not any more.
 * Registered sockets can be used as always, by callbacks and by other greenlets; one that would not
 * wait by what a select said may still, if somebody else was faster.
 *
 * <p>Something that is closed while it is registered is reported as ready until it is {@linkplain
 * #unregister unregistered}, so that the callback learns of it. A descriptor by number is watched
 * by a duplicate: if its owner closes it and the number is given to another file, that file's
 * events are not reported here.
 *
 * <p>Belongs to the loop that opened it. One greenlet at a time selects; calls from other loops and
 * threads are carried over.
 *
 * @param <D> of what comes with each registration, such as a callback
 */
public final class EventSelector<D extends @Nullable Object> implements AutoCloseable {
  /** Reading, or accepting, would not wait. */
  public static final int READ = Watchable.READ;

  /** Writing would not wait. */
  public static final int WRITE = Watchable.WRITE;

  /**
   * A registration; Python's {@code SelectorKey}.
   *
   * @param source what was registered: a socket, a pipe, a channel, or the number of a descriptor
   * @param events what is waited for, {@link #READ}, {@link #WRITE} or both
   * @param data what was given with it
   */
  public record Key<D extends @Nullable Object>(Object source, int events, D data) {}

  /**
   * Something that is ready.
   *
   * @param key its registration
   * @param events for what it is ready, of those that are waited for
   */
  public record Event<D extends @Nullable Object>(Key<D> key, int events) {

    /** Whether reading, or accepting, would not wait. */
    public boolean isReadable() {
      return (events & READ) != 0;
    }

    /** Whether writing would not wait. */
    public boolean isWritable() {
      return (events & WRITE) != 0;
    }
  }

  private final Loop loop;
  private final ReadySet set;

  /** By what was registered; numbers are equal, other things identical. */
  private final IdentityHashMap<Object, Registration<D>> registrations = new IdentityHashMap<>();

  private final Map<Integer, Registration<D>> descriptors = new HashMap<>();
  private final Map<ReadySet.Member, Registration<D>> byMember = new LinkedHashMap<>();
  private boolean closed;

  private static final class Registration<D extends @Nullable Object> {
    final ReadySet.Member member;

    /** To be closed with the registration, because nobody else has it. */
    final @Nullable DescriptorWatch own;

    Key<D> key;

    Registration(ReadySet.Member member, @Nullable DescriptorWatch own, Key<D> key) {
      this.member = member;
      this.own = own;
      this.key = key;
    }
  }

  private EventSelector(Loop loop, ReadySet set) {
    this.loop = loop;
    this.set = set;
  }

  /** Opens one, of the caller's loop. Does not wait. */
  public static <D extends @Nullable Object> EventSelector<D> open() {
    Loop loop = Loop.current();
    try {
      return OnLoop.call(loop, () -> new EventSelector<>(loop, loop.engine().newReadySet()));
    } catch (IOException e) {
      throw new AssertionError("nothing is read or written", e);
    }
  }

  /**
   * Registers something. Does not wait.
   *
   * @param source a stream, listener or datagram socket of {@code dev.loomlet.net}, an end of a
   *     pipe or standard stream of {@code dev.loomlet.file}, of the selector's loop; or a channel
   *     of the JDK that does not block; or an {@code Integer}, the number of a descriptor
   * @param events {@link #READ}, {@link #WRITE} or both
   * @param data is in the key
   * @return its key
   * @throws IllegalArgumentException if it is registered already, cannot be waited for, or the
   *     events are others
   * @throws dev.loomlet.engine.ResourceBusyException if it is registered with another selector
   * @throws IOException if it is a descriptor that is not open
   */
  public Key<D> register(Object source, int events, D data) throws IOException {
    requireEvents(events);
    return OnLoop.call(loop, () -> add(source, new Key<>(source, events, data)));
  }

  private Key<D> add(Object source, Key<D> key) throws IOException {
    requireOpen();
    if (find(source) != null) {
      throw new IllegalArgumentException(source + " is registered already; modify it");
    }
    DescriptorWatch own =
        switch (source) {
          case Integer descriptor -> loop.engine().watch(descriptor);
          case SelectableChannel channel -> loop.engine().watch(channel);
          default -> null;
        };
    Registration<D> registration;
    try {
      Watchable target = own == null ? targetOf(source) : own;
      registration = new Registration<>(set.add(target, key.events()), own, key);
    } catch (RuntimeException e) {
      if (own != null) {
        own.close();
      }
      throw e;
    }
    if (source instanceof Integer descriptor) {
      descriptors.put(descriptor, registration);
    } else {
      registrations.put(source, registration);
    }
    byMember.put(registration.member, registration);
    return key;
  }

  private Watchable targetOf(Object source) {
    Watched watched = Watched.of(source);
    if (watched == null) {
      throw new IllegalArgumentException(
          "a selector waits for sockets, pipes, channels and descriptors, not for "
              + source.getClass().getName());
    }
    if (watched.loop() != loop) {
      throw new IllegalArgumentException(
          source + " belongs to " + watched.loop() + ", the selector to " + loop);
    }
    return watched.target();
  }

  private @Nullable Registration<D> find(Object source) {
    return source instanceof Integer descriptor
        ? descriptors.get(descriptor)
        : registrations.get(source);
  }

  private Registration<D> require(Object source) {
    Registration<D> registration = find(source);
    if (registration == null) {
      throw new IllegalArgumentException(source + " is not registered");
    }
    return registration;
  }

  /**
   * Changes what is waited for, and the data. Does not wait.
   *
   * @return the new key
   * @throws IllegalArgumentException if it is not registered, or the events are others
   */
  public Key<D> modify(Object source, int events, D data) throws IOException {
    requireEvents(events);
    return OnLoop.call(
        loop,
        () -> {
          Registration<D> registration = require(source);
          registration.key = new Key<>(source, events, data);
          registration.member.setInterest(events);
          return registration.key;
        });
  }

  /**
   * Takes it out, be it open or closed. Does not wait.
   *
   * @return the key that it had
   * @throws IllegalArgumentException if it is not registered
   */
  public Key<D> unregister(Object source) throws IOException {
    return OnLoop.call(
        loop,
        () -> {
          Registration<D> registration = require(source);
          remove(registration);
          registrations.remove(source);
          if (source instanceof Integer descriptor) {
            descriptors.remove(descriptor);
          }
          return registration.key;
        });
  }

  private void remove(Registration<D> registration) {
    registration.member.remove();
    byMember.remove(registration.member);
    if (registration.own != null) {
      registration.own.close();
    }
  }

  /** The key of something; null if it is not registered. Does not wait. */
  public @Nullable Key<D> key(Object source) throws IOException {
    return OnLoop.call(
        loop,
        () -> {
          Registration<D> registration = find(source);
          return registration == null ? null : registration.key;
        });
  }

  /** The keys of all that is registered, in no order. Does not wait. */
  public List<Key<D>> keys() throws IOException {
    return OnLoop.call(loop, () -> byMember.values().stream().map(each -> each.key).toList());
  }

  /**
   * Waits until something is ready.
   *
   * @return what is, at least one
   * @throws dev.loomlet.Cancelled if the caller is or gets cancelled
   * @throws dev.loomlet.engine.ResourceBusyException if another greenlet selects
   */
  public List<Event<D>> select() throws IOException {
    return select(Long.MAX_VALUE);
  }

  /**
   * Waits until something is ready, for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return what is; empty after the time
   */
  public List<Event<D>> select(Duration timeout) throws IOException {
    return select(timeout.isNegative() || timeout.isZero() ? 0 : Timeouts.toNanos(timeout));
  }

  private List<Event<D>> select(long timeoutNanos) throws IOException {
    return OnLoop.call(loop, () -> selectHere(timeoutNanos));
  }

  private List<Event<D>> selectHere(long timeoutNanos) throws IOException {
    requireOpen();
    List<ReadySet.Member> ready = set.await(timeoutNanos);
    requireOpen();
    List<Event<D>> events = new ArrayList<>(ready.size());
    for (ReadySet.Member each : ready) {
      Registration<D> registration = byMember.get(each);
      if (registration != null) {
        events.add(new Event<>(registration.key, each.ready()));
      }
    }
    return events;
  }

  private static void requireEvents(int events) {
    if (events < READ || events > (READ | WRITE)) {
      throw new IllegalArgumentException(
          "events must be READ, WRITE or READ | WRITE, not " + events);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the selector is closed");
    }
  }

  /**
   * Takes everything out and closes the selector, not what was registered. A greenlet that selects
   * gets an {@code IllegalStateException}. Does nothing when repeated.
   */
  @Override
  public void close() {
    OnLoop.close(loop, this::closeHere);
  }

  private void closeHere() {
    if (closed) {
      return;
    }
    closed = true;
    new ArrayList<>(byMember.values()).forEach(this::remove);
    registrations.clear();
    descriptors.clear();
    set.wakeUp();
  }
}
