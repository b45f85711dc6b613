package dev.loomlet.process;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * Records, component after component: a primitive value as it is, everything else behind a byte
 * that says whether it is null.
 */
final class RecordFormat<T> implements MessageFormat<T> {
  private static final long serialVersionUID = 1;
  private static final int MOST_DEPTH = 16;

  private final Class<T> type;
  private transient Shape shape;

  RecordFormat(Class<T> type) {
    this.type = type;
    this.shape = new Shape(type, 0);
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    shape = new Shape(type, 0);
  }

  /** Whether it is a record that can be written. */
  static boolean fits(Class<?> type) {
    return type.isRecord() && misfit(type, 0) == null;
  }

  /**
   * Refuses a record that cannot be written.
   *
   * @throws IllegalArgumentException with the component that cannot
   */
  static void requireFit(Class<?> type) {
    String misfit = misfit(type, 0);
    if (misfit != null) {
      throw new IllegalArgumentException(
          misfit + " is nothing that a record can be sent with; use MessageFormat.serialized");
    }
  }

  private static @Nullable String misfit(Class<?> type, int depth) {
    for (RecordComponent each : type.getRecordComponents()) {
      Class<?> part = each.getType();
      String name = type.getName() + "." + each.getName();
      if (part.isRecord() && depth < MOST_DEPTH) {
        String inner = misfit(part, depth + 1);
        if (inner != null) {
          return inner;
        }
      } else if (!RecordPart.isKnown(part)) {
        return name + ", a " + part.getTypeName() + ",";
      }
    }
    return null;
  }

  /** What a record consists of, and how it is taken apart and put together. */
  private static final class Shape {
    final Constructor<?> constructor;
    final Method[] accessors;
    final RecordPart[] parts;

    /** Of the component, if it is a record. */
    final @Nullable Shape[] shapes;

    Shape(Class<?> type, int depth) {
      RecordComponent[] components = type.getRecordComponents();
      Class<?>[] types = new Class<?>[components.length];
      accessors = new Method[components.length];
      parts = new RecordPart[components.length];
      shapes = new Shape[components.length];
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        accessors[i] = components[i].getAccessor();
        accessors[i].setAccessible(true);
        boolean nested = types[i].isRecord() && depth < MOST_DEPTH;
        parts[i] = nested ? RecordPart.RECORD : RecordPart.of(types[i]);
        shapes[i] = nested ? new Shape(types[i], depth + 1) : null;
      }
      try {
        constructor = type.getDeclaredConstructor(types);
      } catch (NoSuchMethodException e) {
        throw new AssertionError("each record has its constructor", e);
      }
      constructor.setAccessible(true);
    }

    void write(Object object, RecordOutput out) {
      for (int i = 0; i < parts.length; i++) {
        Object value = get(object, accessors[i]);
        Shape nested = shapes[i];
        if (nested == null) {
          parts[i].write(value, out);
        } else {
          out.putBoolean(value != null);
          if (value != null) {
            nested.write(value, out);
          }
        }
      }
    }

    private static @Nullable Object get(Object object, Method accessor) {
      try {
        return accessor.invoke(object);
      } catch (InvocationTargetException e) {
        throw new UnserializableException(accessor + " has failed: " + e.getCause(), e);
      } catch (IllegalAccessException e) {
        throw new AssertionError("it was made accessible", e);
      }
    }

    Object read(RecordInput in) throws IOException {
      @Nullable Object[] values = new Object[parts.length];
      for (int i = 0; i < parts.length; i++) {
        Shape nested = shapes[i];
        if (nested == null) {
          values[i] = parts[i].read(constructor.getParameterTypes()[i], in);
        } else {
          values[i] = in.getBoolean() ? nested.read(in) : null;
        }
      }
      try {
        return constructor.newInstance(values);
      } catch (InvocationTargetException e) {
        throw new IOException("a message has values that its record refuses: " + e.getCause(), e);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("it was made accessible", e);
      }
    }
  }

  @Override
  public byte[] write(T object) {
    RecordOutput out = new RecordOutput();
    shape.write(object, out);
    return out.toBytes();
  }

  @Override
  public T read(byte[] bytes) throws IOException {
    RecordInput in = new RecordInput(bytes);
    Object object = shape.read(in);
    in.requireEnd();
    return type.cast(object);
  }
}
