package dev.loomlet.agent;

import static java.lang.constant.ConstantDescs.CD_MethodHandle;
import static java.lang.constant.ConstantDescs.CLASS_INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A class among the JDK's own through which patched methods reach {@link Hooks}.
 *
 * <p>The JDK's classes cannot name ours, which belong to another class loader. So one class is
 * defined in {@code java.base} that holds a method handle for each hook, in constant fields, which
 * the compiler sees through. A second one only carries the handles to the initialiser of the first.
 */
final class HookClass {
  static final String PACKAGE = "sun.nio.ch";
  static final String NAME = PACKAGE + ".LoomletHooks";

  private static final String CARRIER = PACKAGE + ".LoomletHookCarrier";
  private static final String HANDLES = "handles";
  private static final ClassDesc HANDLE_ARRAY = CD_MethodHandle.arrayType();
  private static final List<Hook> HOOKS =
      Stream.<Hook>concat(Arrays.stream(HookMethod.values()), Arrays.stream(NativeCall.values()))
          .toList();
  private static final int PUBLIC_STATIC = ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC;

  private HookClass() {}

  /**
   * Defines the class. Its package must be open to this module.
   *
   * @throws ReflectiveOperationException if it cannot be defined
   */
  static void define() throws ReflectiveOperationException {
    MethodHandles.Lookup own = MethodHandles.lookup();
    MethodHandle[] handles = new MethodHandle[HOOKS.size()];
    for (int i = 0; i < handles.length; i++) {
      Hook hook = HOOKS.get(i);
      handles[i] = own.findStatic(hook.home(), hook.methodName(), hook.type());
    }
    Class<?> neighbour = Class.forName(PACKAGE + ".NativeThread", false, null);
    MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(neighbour, own);
    Class<?> carrier = lookup.defineClass(carrier());
    lookup.findStaticVarHandle(carrier, HANDLES, MethodHandle[].class).set(handles);
    lookup.ensureInitialized(lookup.defineClass(hooks()));
  }

  private static byte[] carrier() {
    return ClassFile.of()
        .build(
            ClassDesc.of(CARRIER),
            builder -> builder.withField(HANDLES, HANDLE_ARRAY, PUBLIC_STATIC));
  }

  private static byte[] hooks() {
    return ClassFile.of()
        .build(
            ClassDesc.of(NAME),
            builder -> {
              builder.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
              builder.withMethodBody(
                  CLASS_INIT_NAME, MTD_void, ClassFile.ACC_STATIC, HookClass::takeHandles);
              for (Hook hook : HOOKS) {
                addHook(builder, hook);
              }
            });
  }

  private static void takeHandles(CodeBuilder code) {
    for (int i = 0; i < HOOKS.size(); i++) {
      code.getstatic(ClassDesc.of(CARRIER), HANDLES, HANDLE_ARRAY)
          .loadConstant(i)
          .aaload()
          .putstatic(ClassDesc.of(NAME), HOOKS.get(i).constant(), CD_MethodHandle);
    }
    code.return_();
  }

  private static void addHook(ClassBuilder builder, Hook hook) {
    builder.withField(
        hook.constant(),
        CD_MethodHandle,
        ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_FINAL);
    MethodTypeDesc type = hook.descriptor();
    builder.withMethodBody(
        hook.calledName(),
        type,
        PUBLIC_STATIC,
        code -> {
          code.getstatic(ClassDesc.of(NAME), hook.constant(), CD_MethodHandle);
          for (int i = 0; i < type.parameterCount(); i++) {
            code.loadLocal(TypeKind.from(type.parameterType(i)), code.parameterSlot(i));
          }
          code.invokevirtual(CD_MethodHandle, "invokeExact", type)
              .return_(TypeKind.from(type.returnType()));
        });
  }
}
