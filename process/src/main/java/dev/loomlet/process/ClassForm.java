package dev.loomlet.process;

import java.io.Externalizable;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

/**
 * How the JDK's serialisation writes objects of a class, as one number: two processes that have the
 * same number for a class need not tell each other of its fields.
 */
final class ClassForm {
  private static final ClassValue<Long> NUMBERS =
      new ClassValue<>() {
        @Override
        protected Long computeValue(Class<?> type) {
          return numberOf(type);
        }
      };

  private ClassForm() {}

  /** That of a class, whether its objects can be written or not. */
  static long of(Class<?> type) {
    return NUMBERS.get(type);
  }

  private static long numberOf(Class<?> type) {
    ObjectStreamClass form = ObjectStreamClass.lookupAny(type);
    long number = form.getSerialVersionUID();
    for (ObjectStreamField each : form.getFields()) {
      number = 31 * number + each.getName().hashCode();
      number = 31 * number + each.getType().getName().hashCode();
    }
    int kind =
        (type.isRecord() ? 1 : 0)
            | (type.isEnum() ? 2 : 0)
            | (Externalizable.class.isAssignableFrom(type) ? 4 : 0)
            | (has(type, "writeObject", ObjectOutputStream.class) ? 8 : 0)
            | (has(type, "readObject", ObjectInputStream.class) ? 16 : 0);
    return 31 * number + kind;
  }

  private static boolean has(Class<?> type, String name, Class<?> argument) {
    try {
      Method method = type.getDeclaredMethod(name, argument);
      return Modifier.isPrivate(method.getModifiers());
    } catch (NoSuchMethodException e) {
      return false;
    }
  }
}
