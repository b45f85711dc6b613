package dev.loomlet.process;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out what in a graph of objects cannot be serialised, and how to say where it is. */
final class Culprit {
  private static final int MOST_DEPTH = 50;

  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private Culprit() {}

  /**
   * Where what cannot be serialised is.
   *
   * @param what the word for the root, such as "the task"
   */
  static String describe(Object root, String what) {
    String found = new Culprit().search(root, what, 0);
    return found == null ? what + " refers to something that is not serialisable" : found;
  }

  private @Nullable String search(@Nullable Object object, String path, int depth) {
    if (object == null || depth > MOST_DEPTH || !seen.add(object) || canBeWritten(object)) {
      return null;
    }
    if (!(object instanceof Serializable)) {
      return path + " is a " + object.getClass().getName() + ", which is not Serializable";
    }
    SerializedLambda lambda = lambdaOf(object);
    if (lambda != null) {
      return inLambda(lambda, path, depth);
    }
    if (object instanceof Object[] array) {
      for (int i = 0; i < array.length; i++) {
        String found = search(array[i], "element " + i + " of " + path, depth + 1);
        if (found != null) {
          return found;
        }
      }
      return null;
    }
    String found = inContents(object, path, depth);
    return found != null ? found : inFields(object, path, depth);
  }

  private @Nullable String inLambda(SerializedLambda lambda, String path, int depth) {
    String owner = lambda.getCapturingClass().replace('/', '.');
    boolean instance =
        lambda.getImplMethodKind() == java.lang.invoke.MethodHandleInfo.REF_invokeVirtual
            || lambda.getImplMethodKind() == java.lang.invoke.MethodHandleInfo.REF_invokeSpecial
            || lambda.getImplMethodKind() == java.lang.invoke.MethodHandleInfo.REF_invokeInterface;
    for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
      Object value = lambda.getCapturedArg(i);
      String name =
          instance && i == 0 && value != null
              ? "\"this\" (a " + value.getClass().getName() + ")"
              : "captured variable " + (instance ? i : i + 1);
      String found =
          search(value, name + " of " + path + ", a lambda in " + owner + ",", depth + 1);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static @Nullable SerializedLambda lambdaOf(Object object) {
    if (!object.getClass().isHidden()) {
      return null;
    }
    try {
      Method replace = object.getClass().getDeclaredMethod("writeReplace");
      replace.setAccessible(true);
      return replace.invoke(object) instanceof SerializedLambda lambda ? lambda : null;
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }

  private @Nullable String inContents(Object object, String path, int depth) {
    if (object instanceof Collection<?> collection) {
      int i = 0;
      for (Object each : collection) {
        String found = search(each, "element " + i++ + " of " + path, depth + 1);
        if (found != null) {
          return found;
        }
      }
    } else if (object instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> each : map.entrySet()) {
        String found = search(each.getKey(), "a key of " + path, depth + 1);
        if (found == null) {
          found = search(each.getValue(), "value of " + each.getKey() + " in " + path, depth + 1);
        }
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  private @Nullable String inFields(Object object, String path, int depth) {
    for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
      ObjectStreamClass form = ObjectStreamClass.lookup(type);
      if (form == null) {
        break;
      }
      for (ObjectStreamField each : form.getFields()) {
        if (each.isPrimitive()) {
          continue;
        }
        String where = "field " + each.getName() + " of " + path;
        String found = search(valueOf(type, each.getName(), object), where, depth + 1);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  private static @Nullable Object valueOf(Class<?> type, String name, Object object) {
    try {
      Field field = type.getDeclaredField(name);
      field.setAccessible(true);
      return field.get(object);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null; // not for us to see
    }
  }

  private static boolean canBeWritten(Object object) {
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      out.writeObject(object);
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
