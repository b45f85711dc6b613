package dev.loomlet.agent;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;

/**
 * A method of the JDK that blocks its thread, and so has itself called on a helper thread.
 *
 * @param number in the list of all such
 * @param why for the report
 */
record ElsewherePoint(
    int number, String className, String method, String descriptor, String why, boolean isStatic) {

  /** As a point to weave. */
  PatchPoint point() {
    return new PatchPoint(
        Set.of(Topic.FILES), className, method, descriptor, why, this::writePrefix);
  }

  /** The method itself, taking what {@link Elsewhere#call(int, Object[])} gets. */
  MethodHandle handle() throws ReflectiveOperationException {
    Class<?> type = point().find();
    if (type == null) {
      throw new ClassNotFoundException(className);
    }
    MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    for (Method each : type.getDeclaredMethods()) {
      if (each.getName().equals(method)
          && MethodType.methodType(each.getReturnType(), each.getParameterTypes())
              .descriptorString()
              .equals(descriptor)) {
        // The method of this very class, whatever a subclass makes of it.
        MethodHandle found =
            Modifier.isStatic(each.getModifiers())
                ? lookup.unreflect(each)
                : lookup.unreflectSpecial(each, type);
        return found
            .asFixedArity()
            .asSpreader(Object[].class, found.type().parameterCount())
            .asType(MethodType.methodType(Object.class, Object[].class));
      }
    }
    throw new NoSuchMethodException(className + "." + method + descriptor);
  }

  private void writePrefix(CodeBuilder code) {
    Label goOn = code.newLabel();
    MethodTypeDesc type = MethodTypeDesc.ofDescriptor(descriptor);
    unlessVirtual(code, goOn);
    HookMethod.GOES_ELSEWHERE.call(code);
    code.ifeq(goOn).loadConstant(number);
    int receiver = isStatic ? 0 : 1;
    code.loadConstant(receiver + type.parameterCount()).anewarray(CD_Object);
    if (!isStatic) {
      code.dup().iconst_0().aload(0).aastore();
    }
    for (int i = 0; i < type.parameterCount(); i++) {
      code.dup().loadConstant(receiver + i);
      TypeKind kind = TypeKind.from(type.parameterType(i));
      code.loadLocal(kind, code.parameterSlot(i));
      box(code, type.parameterType(i));
      code.aastore();
    }
    HookMethod.ELSEWHERE.call(code);
    returnUnboxed(code, type.returnType());
    code.labelBinding(goOn);
  }

  /** Leaves at once on other threads, before any hook is asked. */
  static void unlessVirtual(CodeBuilder code, Label goOn) {
    ClassDesc thread = ClassDesc.of("java.lang.Thread");
    code.invokestatic(thread, "currentThread", MethodTypeDesc.of(thread))
        .invokevirtual(thread, "isVirtual", MethodTypeDesc.of(CD_boolean))
        .ifeq(goOn);
  }

  private static void box(CodeBuilder code, ClassDesc type) {
    if (type.isPrimitive()) {
      ClassDesc boxed = boxed(type);
      code.invokestatic(boxed, "valueOf", MethodTypeDesc.of(boxed, type));
    }
  }

  private static void returnUnboxed(CodeBuilder code, ClassDesc type) {
    TypeKind kind = TypeKind.from(type);
    if (kind == TypeKind.VOID) {
      code.pop();
    } else if (type.isPrimitive()) {
      ClassDesc boxed = boxed(type);
      code.checkcast(boxed)
          .invokevirtual(boxed, type.displayName() + "Value", MethodTypeDesc.of(type));
    } else {
      code.checkcast(type);
    }
    code.return_(kind);
  }

  private static ClassDesc boxed(ClassDesc type) {
    return switch (TypeKind.from(type)) {
      case BOOLEAN -> ClassDesc.of("java.lang.Boolean");
      case INT -> ClassDesc.of("java.lang.Integer");
      case LONG -> ClassDesc.of("java.lang.Long");
      default -> throw new IllegalArgumentException("no point has a " + type.displayName());
    };
  }
}
