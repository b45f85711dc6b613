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
 * A method of the JDK and what is put in front of it. Each is made once, and equals only itself.
 */
final class PatchPoint {
  private final Set<Topic> topics;
  private final String className;
  private final String method;
  private final String descriptor;
  private final String why;
  private final Prefix prefix;

  /** Writes what is put in front of a method. */
  @FunctionalInterface
  interface Prefix {
    void write(CodeBuilder code);
  }

  /**
   * Creates one.
   *
   * @param topics what it is for; it is patched if one of them is wanted
   * @param className as in {@code Class.forName}
   * @param method its name
   * @param descriptor its parameters and result, as in class files
   * @param why for the report
   * @param prefix writes the instructions
   */
  PatchPoint(
      Set<Topic> topics,
      String className,
      String method,
      String descriptor,
      String why,
      Prefix prefix) {
    this.topics = topics;
    this.className = className;
    this.method = method;
    this.descriptor = descriptor;
    this.why = why;
    this.prefix = prefix;
  }

  /** What it is for; it is patched if one of them is wanted. */
  Set<Topic> topics() {
    return topics;
  }

  String className() {
    return className;
  }

  String method() {
    return method;
  }

  String descriptor() {
    return descriptor;
  }

  /** For the report. */
  String why() {
    return why;
  }

  Prefix prefix() {
    return prefix;
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
