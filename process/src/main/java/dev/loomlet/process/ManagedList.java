package dev.loomlet.process;

import java.io.Serializable;
import java.util.AbstractList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list that a {@link SharedManager} keeps. Each operation is atomic, waits for the manager, and
 * throws an {@code UncheckedIOException} if that is gone. To go through it, by an iterator or
 * otherwise, is to go through a {@link #snapshot}, which does not change.
 *
 * @param <E> elements that can be serialised
 */
public final class ManagedList<E extends @Nullable Object> extends AbstractList<E>
    implements Serializable {
  private static final long serialVersionUID = 1;

  private final ManagedObject object;

  ManagedList(ManagedObject object) {
    this.object = object;
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // what was put in comes out
  private E element(@Nullable Object value) {
    return (E) value;
  }

  @Override
  public int size() {
    return object.askInt(ManagerOperation.SIZE);
  }

  @Override
  public E get(int index) {
    return element(object.ask(ManagerOperation.LIST_GET, index));
  }

  @Override
  public E set(int index, E element) {
    return element(object.ask(ManagerOperation.LIST_SET, index, element));
  }

  @Override
  public boolean add(E element) {
    return object.askBoolean(ManagerOperation.LIST_APPEND, element);
  }

  @Override
  public void add(int index, E element) {
    object.ask(ManagerOperation.LIST_INSERT, index, element);
  }

  @Override
  public E remove(int index) {
    return element(object.ask(ManagerOperation.LIST_REMOVE, index));
  }

  @Override
  public void clear() {
    object.ask(ManagerOperation.CLEAR);
  }

  /** Its elements at this moment; a copy. */
  @SuppressWarnings({"unchecked", "NullAway"}) // as the manager makes it
  public List<E> snapshot() {
    return List.class.cast(object.ask(ManagerOperation.SNAPSHOT));
  }

  @Override
  public int indexOf(@Nullable Object element) {
    return snapshot().indexOf(element);
  }

  @Override
  public int lastIndexOf(@Nullable Object element) {
    return snapshot().lastIndexOf(element);
  }

  @Override
  public Iterator<E> iterator() {
    Iterator<E> elements = snapshot().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return elements.hasNext();
      }

      @Override
      public E next() {
        return elements.next();
      }
    };
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this || snapshot().equals(other);
  }

  @Override
  public int hashCode() {
    return snapshot().hashCode();
  }

  @Override
  public String toString() {
    return snapshot().toString();
  }
}
