package dev.loomlet.agent;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A method of the JDK and what is put in front of it.
 *
 * @param topics what it is for; it is patched if one of them is wanted
 * @param className as in {@code Class.forName}
 * @param method its name
 * @param descriptor its parameters and result, as in class files
 * @param why for the report
 * @param prefix writes the instructions
 */
record PatchPoint(
    Set<Topic> topics,
    String className,
    String method,
    String descriptor,
    String why,
    Prefix prefix) {

  /** Writes what is put in front of a method. */
  @FunctionalInterface
  interface Prefix {
    void write(CodeBuilder code);
  }

  /** Each is made once. Of records the JVM links a method of its own for this, at each start. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return method.hashCode();
  }

  String fullName() {
    return className + "." + method + descriptor;
  }

  String internalName() {
    return className.replace('.', '/');
  }

  boolean matches(String name, String itsDescriptor) {
    return method.equals(name) && descriptor.equals(itsDescriptor);
  }

  /** The class, not initialised; null if this JDK has none of the name. */
  @Nullable Class<?> type() {
    try {
      return Class.forName(className, false, null);
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  /** The class if this JDK has the method. */
  @Nullable Class<?> find() {
    Class<?> type = type();
    if (type == null) {
      return null;
    }
    try {
      Executable[] candidates =
          method.equals(ConstantDescs.INIT_NAME)
              ? type.getDeclaredConstructors()
              : type.getDeclaredMethods();
      for (Executable each : candidates) {
        boolean named = each instanceof Constructor<?> || each.getName().equals(method);
        if (named && descriptorOf(each).equals(descriptor)) {
          return type;
        }
      }
      return null;
    } catch (LinkageError e) {
      return null;
    }
  }

  private static String descriptorOf(Executable executable) {
    Class<?> result =
        switch (executable) {
          case Method found -> found.getReturnType();
          case Constructor<?> _ -> void.class;
        };
    return MethodType.methodType(result, executable.getParameterTypes()).descriptorString();
  }
}
