package dev.loomlet.agent;

import static java.lang.invoke.MethodType.methodType;

import java.io.FileDescriptor;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodType;
import java.util.function.BooleanSupplier;

/** The methods of {@link Hooks} as patched code sees them: static ones of the hook class. */
@SuppressWarnings("ImmutableEnumChecker") // method types are immutable
enum HookMethod {
  POLL("poll", methodType(boolean.class, int.class, int.class, long.class, BooleanSupplier.class)),
  POLL_SELECTOR("pollSelector", methodType(boolean.class, int.class, long.class)),
  STOP_POLL("stopPoll", methodType(void.class, int.class, int.class)),
  READ_SOCKET(
      "readSocket",
      methodType(int.class, FileDescriptor.class, byte[].class, int.class, int.class)),
  WRITE_SOCKET(
      "writeSocket",
      methodType(int.class, FileDescriptor.class, byte[].class, int.class, int.class)),
  READ_SOCKET_TO(
      "readSocketTo", methodType(int.class, FileDescriptor.class, long.class, int.class)),
  WRITE_SOCKET_FROM(
      "writeSocketFrom", methodType(int.class, FileDescriptor.class, long.class, int.class)),
  START_POLLERS("startPollers", methodType(boolean.class, Object.class)),
  CLOSING("closing", methodType(void.class, FileDescriptor.class)),
  CLOSING_NUMBER("closingNumber", methodType(void.class, int.class)),
  BEFORE_READ("beforeRead", methodType(void.class, Object.class, FileDescriptor.class)),
  BEFORE_WRITE("beforeWrite", methodType(void.class, Object.class, FileDescriptor.class)),
  WRITE(
      "write",
      methodType(
          boolean.class, Object.class, FileDescriptor.class, byte[].class, int.class, int.class)),
  LOOK_UP("lookUp", methodType(Object.class, Object.class, String.class, Object.class));

  private final String methodName;
  private final MethodType type;

  HookMethod(String methodName, MethodType type) {
    this.methodName = methodName;
    this.type = type;
  }

  String methodName() {
    return methodName;
  }

  MethodType type() {
    return type;
  }

  MethodTypeDesc descriptor() {
    return type.describeConstable().orElseThrow();
  }

  /** Writes a call, for which the arguments are on the stack. */
  void call(CodeBuilder code) {
    code.invokestatic(ClassDesc.of(HookClass.NAME), methodName, descriptor());
  }
}
