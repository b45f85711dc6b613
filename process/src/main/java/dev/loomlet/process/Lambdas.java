package dev.loomlet.process;

import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/** How serialisable lambdas are written; found out once for each place where one is. */
final class Lambdas {
  private static final ClassValue<Form> FORMS =
      new ClassValue<>() {
        @Override
        protected Form computeValue(Class<?> type) {
          return new Form(replacementOf(type), hasFields(type));
        }
      };

  private Lambdas() {}

  /** How objects of a class are written; null if it is no lambda that we may look into. */
  static @Nullable Form formOf(Class<?> type) {
    if (!type.isHidden()) {
      return null;
    }
    Form form = FORMS.get(type);
    return form.replacement == null ? null : form;
  }

  private static @Nullable Method replacementOf(Class<?> type) {
    try {
      Method method = type.getDeclaredMethod("writeReplace");
      method.setAccessible(true);
      return method;
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null; // not serialisable, no lambda, or a module's own affair
    }
  }

  private static boolean hasFields(Class<?> type) {
    for (var each : type.getDeclaredFields()) {
      if (!Modifier.isStatic(each.getModifiers())) {
        return true;
      }
    }
    return false;
  }

  /** What the lambdas of one place have in common. */
  static final class Form {
    private final @Nullable Method replacement;
    private final boolean captures;
    private volatile byte @Nullable [] shape;
    private volatile byte @Nullable [] whole;

    private Form(@Nullable Method replacement, boolean captures) {
      this.replacement = replacement;
      this.captures = captures;
    }

    /** The bytes; null if they have to be written as those of any other object. */
    byte @Nullable [] write(Object lambda, String what, int most) {
      byte[] same = whole;
      if (same != null) {
        return same;
      }
      SerializedLambda form = serialized(lambda);
      if (form == null) {
        return null;
      }
      byte[] place = shape;
      if (place == null) {
        place = shapeOf(form);
        shape = place;
      }
      CompactWriter out = new CompactWriter();
      out.tag(CompactValue.LAMBDA);
      out.number(place.length);
      out.raw(place);
      if (!writeCaptured(form, out, what, most)) {
        return null;
      }
      byte[] bytes = out.toBytes();
      if (!captures) {
        whole = bytes;
      }
      return bytes;
    }

    private @Nullable SerializedLambda serialized(Object lambda) {
      Method method = replacement;
      try {
        return method != null && method.invoke(lambda) instanceof SerializedLambda form
            ? form
            : null;
      } catch (ReflectiveOperationException e) {
        return null;
      }
    }

    private static byte[] shapeOf(SerializedLambda form) {
      CompactWriter out = new CompactWriter();
      out.number(form.getImplMethodKind());
      out.text(form.getCapturingClass());
      out.text(form.getFunctionalInterfaceClass());
      out.text(form.getFunctionalInterfaceMethodName());
      out.text(form.getFunctionalInterfaceMethodSignature());
      out.text(form.getImplClass());
      out.text(form.getImplMethodName());
      out.text(form.getImplMethodSignature());
      out.text(form.getInstantiatedMethodType());
      return out.toBytes();
    }

    private static boolean writeCaptured(
        SerializedLambda form, CompactWriter out, String what, int most) {
      int count = form.getCapturedArgCount();
      out.number(count);
      boolean hasObject = false;
      for (int i = 0; i < count; i++) {
        Object captured = form.getCapturedArg(i);
        if (captured == null || CompactValue.isSmall(captured)) {
          out.value(captured);
        } else if (hasObject) {
          return false;
        } else {
          hasObject = true;
          try {
            byte[] bytes = ObjectCodec.write(captured, what, most);
            out.tag(CompactValue.OBJECT);
            out.number(bytes.length);
            out.raw(bytes);
          } catch (IllegalArgumentException e) {
            return false; // the error is to name it as a part of the lambda
          }
        }
      }
      return true;
    }
  }
}
