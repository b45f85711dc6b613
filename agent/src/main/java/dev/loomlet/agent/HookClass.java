package dev.loomlet.agent;

import static java.lang.constant.ConstantDescs.CLASS_INIT_NAME;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A class among the JDK's own through which patched methods reach {@link Hooks}.
 *
 * <p>The JDK's classes cannot name ours, which belong to another class loader. So two classes are
 * defined in {@code java.base}: an abstract one with a method for each hook, and the one that
 * patched methods call, with a static method for each, which calls that of an object in a constant.
 * Beside {@link Hooks} a class of that object extends the abstract one and calls ours. The compiler
 * sees through all of it, and nothing of it must be linked, or even loaded, while a hook runs.
 */
final class HookClass {
  static final String PACKAGE = "sun.nio.ch";
  static final String NAME = PACKAGE + ".LoomletHooks";

  /** The class in this package that the JDK's calls come through. */
  static final String BRIDGE = HookClass.class.getPackageName() + ".HookBridge";

  private static final ClassDesc HOOKS_TYPE = ClassDesc.of(NAME);
  private static final ClassDesc TARGET_TYPE = ClassDesc.of(PACKAGE + ".LoomletHookTarget");
  private static final ClassDesc BRIDGE_TYPE = ClassDesc.of(BRIDGE);

  /** Of the abstract class: how the object gets to the constant. */
  private static final String GIVEN = "given";

  private static final String CONSTANT = "TARGET";

  private static final List<Hook> HOOKS =
      Stream.<Hook>concat(Arrays.stream(HookMethod.values()), Arrays.stream(NativeCall.values()))
          .toList();
  private static final int PUBLIC_STATIC = ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC;

  private HookClass() {}

  /**
   * Defines the classes. Their package must be open to this module.
   *
   * @param kept has their bytes, or gets them
   * @throws ReflectiveOperationException if they cannot be defined
   */
  static void define(KeptClasses kept) throws ReflectiveOperationException {
    MethodHandles.Lookup own = MethodHandles.lookup();
    Class<?> neighbour = Class.forName(PACKAGE + ".NativeThread", false, null);
    MethodHandles.Lookup inJdk = MethodHandles.privateLookupIn(neighbour, own);
    inJdk.defineClass(kept.made("target", HookClass::target));
    own.ensureInitialized(own.defineClass(kept.made("bridge", HookClass::bridge)));
    inJdk.ensureInitialized(inJdk.defineClass(kept.made("hooks", HookClass::hooks)));
  }

  private static byte[] target() {
    return ClassFile.of()
        .build(
            TARGET_TYPE,
            builder -> {
              builder.withFlags(
                  ClassFile.ACC_PUBLIC | ClassFile.ACC_ABSTRACT | ClassFile.ACC_SUPER);
              builder.withField(GIVEN, TARGET_TYPE, PUBLIC_STATIC);
              addConstructor(builder, ConstantDescs.CD_Object);
              for (Hook hook : HOOKS) {
                builder.withMethod(
                    hook.calledName(),
                    hook.descriptor(),
                    ClassFile.ACC_PUBLIC | ClassFile.ACC_ABSTRACT,
                    _ -> {});
              }
            });
  }

  private static byte[] bridge() {
    return ClassFile.of()
        .build(
            BRIDGE_TYPE,
            builder -> {
              builder.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
              builder.withSuperclass(TARGET_TYPE);
              addConstructor(builder, TARGET_TYPE);
              addInitialiser(
                  builder,
                  code ->
                      code.new_(BRIDGE_TYPE)
                          .dup()
                          .invokespecial(BRIDGE_TYPE, INIT_NAME, MTD_void)
                          .putstatic(TARGET_TYPE, GIVEN, TARGET_TYPE));
              for (Hook hook : HOOKS) {
                builder.withMethodBody(
                    hook.calledName(),
                    hook.descriptor(),
                    ClassFile.ACC_PUBLIC,
                    code -> {
                      loadParameters(code, hook.descriptor());
                      code.invokestatic(
                              ClassDesc.of(hook.home().getName()),
                              hook.methodName(),
                              hook.descriptor())
                          .return_(TypeKind.from(hook.descriptor().returnType()));
                    });
              }
            });
  }

  private static byte[] hooks() {
    return ClassFile.of()
        .build(
            HOOKS_TYPE,
            builder -> {
              builder.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
              builder.withField(
                  CONSTANT,
                  TARGET_TYPE,
                  ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_FINAL);
              addInitialiser(
                  builder,
                  code ->
                      code.getstatic(TARGET_TYPE, GIVEN, TARGET_TYPE)
                          .putstatic(HOOKS_TYPE, CONSTANT, TARGET_TYPE));
              for (Hook hook : HOOKS) {
                builder.withMethodBody(
                    hook.calledName(),
                    hook.descriptor(),
                    PUBLIC_STATIC,
                    code -> {
                      code.getstatic(HOOKS_TYPE, CONSTANT, TARGET_TYPE);
                      loadParameters(code, hook.descriptor());
                      code.invokevirtual(TARGET_TYPE, hook.calledName(), hook.descriptor())
                          .return_(TypeKind.from(hook.descriptor().returnType()));
                    });
              }
            });
  }

  private static void addConstructor(ClassBuilder builder, ClassDesc parent) {
    builder.withMethodBody(
        INIT_NAME,
        MTD_void,
        ClassFile.ACC_PUBLIC,
        code -> code.aload(0).invokespecial(parent, INIT_NAME, MTD_void).return_());
  }

  private static void addInitialiser(ClassBuilder builder, Consumer<CodeBuilder> body) {
    builder.withMethodBody(
        CLASS_INIT_NAME,
        MTD_void,
        ClassFile.ACC_STATIC,
        code -> {
          body.accept(code);
          code.return_();
        });
  }

  private static void loadParameters(CodeBuilder code, MethodTypeDesc type) {
    for (int i = 0; i < type.parameterCount(); i++) {
      code.loadLocal(TypeKind.from(type.parameterType(i)), code.parameterSlot(i));
    }
  }
}
