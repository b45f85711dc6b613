package dev.loomlet.process;

import java.io.Serializable;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * A map that a {@link SharedManager} keeps. Each operation is atomic, waits for the manager, and
 * throws an {@code UncheckedIOException} if that is gone; {@code compute}, {@code merge} and the
 * like are atomic, too, and run their function here, again if somebody else was faster. To go
 * through its entries, keys or values is to go through a {@link #snapshot}, which cannot be
 * changed. No null, as keys or values.
 *
 * @param <K> keys that can be serialised
 * @param <V> values that can be serialised
 */
public final class ManagedMap<K, V> extends AbstractMap<K, V>
    implements ConcurrentMap<K, V>, Serializable {
  private static final long serialVersionUID = 1;

  private final ManagedObject object;

  ManagedMap(ManagedObject object) {
    this.object = object;
  }

  private static Object require(@Nullable Object part) {
    if (part == null) {
      throw new NullPointerException("a managed map has no null");
    }
    return part;
  }

  @SuppressWarnings("unchecked") // what was put in comes out
  private @Nullable V value(@Nullable Object value) {
    return (V) value;
  }

  @Override
  public int size() {
    return object.askInt(ManagerOperation.SIZE);
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    return value(object.ask(ManagerOperation.MAP_GET, require(key)));
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return object.askBoolean(ManagerOperation.MAP_CONTAINS_KEY, require(key));
  }

  @Override
  public @Nullable V put(K key, V value) {
    return value(object.ask(ManagerOperation.MAP_PUT, require(key), require(value)));
  }

  @Override
  public @Nullable V putIfAbsent(K key, V value) {
    return value(object.ask(ManagerOperation.MAP_PUT_IF_ABSENT, require(key), require(value)));
  }

  @Override
  public @Nullable V remove(@Nullable Object key) {
    return value(object.ask(ManagerOperation.MAP_REMOVE, require(key)));
  }

  @Override
  public boolean remove(@Nullable Object key, @Nullable Object value) {
    return object.askBoolean(ManagerOperation.MAP_REMOVE_PAIR, require(key), require(value));
  }

  @Override
  public @Nullable V replace(K key, V value) {
    return value(object.ask(ManagerOperation.MAP_REPLACE, require(key), require(value)));
  }

  @Override
  public boolean replace(K key, V expected, V value) {
    return object.askBoolean(
        ManagerOperation.MAP_REPLACE_PAIR, require(key), require(expected), require(value));
  }

  @Override
  public void clear() {
    object.ask(ManagerOperation.CLEAR);
  }

  /** Its entries at this moment, in the order in which the keys were put; a copy. */
  @SuppressWarnings("unchecked") // as the manager makes it
  public Map<K, V> snapshot() {
    return (Map<K, V>) require(object.ask(ManagerOperation.SNAPSHOT));
  }

  @Override
  public Set<Map.Entry<K, V>> entrySet() {
    return Collections.unmodifiableSet(snapshot().entrySet());
  }
}
