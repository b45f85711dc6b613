package dev.loomlet.agent;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodType;

/** A static method of ours that patched code calls, through one of the hook class. */
interface Hook {

  /** The constant of the hook class that holds its handle; unique. */
  String constant();

  /** Where it is. */
  Class<?> home();

  String methodName();

  MethodType type();

  /** What patched code calls; unique. */
  default String calledName() {
    return methodName();
  }

  default MethodTypeDesc descriptor() {
    return type().describeConstable().orElseThrow();
  }

  /** Writes a call, for which the arguments are on the stack. */
  default void call(CodeBuilder code) {
    code.invokestatic(ClassDesc.of(HookClass.NAME), calledName(), descriptor());
  }
}
