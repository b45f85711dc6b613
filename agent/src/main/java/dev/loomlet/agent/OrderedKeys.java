package dev.loomlet.agent;

import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A set whose order is that in which its elements came, and which may change while somebody goes
 * through it: in the place of a concurrent one, whose order differs from one JVM to the next.
 */
final class OrderedKeys extends AbstractSet<Object> {
  private final Set<Object> elements = new LinkedHashSet<>();

  @Override
  public synchronized boolean add(Object element) {
    return elements.add(element);
  }

  @Override
  public synchronized boolean remove(Object element) {
    return elements.remove(element);
  }

  @Override
  public synchronized boolean contains(Object element) {
    return elements.contains(element);
  }

  @Override
  public synchronized int size() {
    return elements.size();
  }

  @Override
  public synchronized void clear() {
    elements.clear();
  }

  private synchronized Iterator<Object> present() {
    return new ArrayList<>(elements).iterator();
  }

  @Override
  public Iterator<Object> iterator() {
    Iterator<Object> each = present();
    return new Iterator<>() {
      private Object last = OrderedKeys.this;

      @Override
      public boolean hasNext() {
        return each.hasNext();
      }

      @Override
      public Object next() {
        last = each.next();
        return last;
      }

      @Override
      public void remove() {
        OrderedKeys.this.remove(last);
      }
    };
  }
}
