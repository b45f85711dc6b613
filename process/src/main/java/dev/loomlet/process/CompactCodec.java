package dev.loomlet.process;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lambdas and small values as bytes, in a form of our own, and everything else as {@link
 * ObjectCodec} has it, which the first byte tells. Of the JDK's serialisation, setting it up takes
 * as long as a fifth of a child's start, and reading a lambda by it twenty times as long as running
 * it.
 *
 * <p>A lambda is what {@link SerializedLambda} says of it: where it is written, then what it has
 * captured. Where it is written comes again with each task of the same place, and is found by its
 * bytes. One object at most is captured by a lambda in this form that is no small value: if there
 * are more, they may be parts of each other, and must go through one stream.
 *
 * <p>Reading is for one thread at a time.
 */
final class CompactCodec {
  private static final int MOST_SHAPES = 1_000;

  private final @Nullable ClassLoader loader;
  private final ObjectCodec objects;
  private final AllowedClasses allowed;
  private final Map<Shape.Key, Shape> shapes = new HashMap<>();

  /** As {@link ObjectCodec}. */
  CompactCodec(@Nullable ClassLoader loader, List<String> allowed) {
    this.loader = loader;
    this.allowed = new AllowedClasses(allowed);
    this.objects = new ObjectCodec(loader, this.allowed);
  }

  /** As {@link ObjectCodec#write}. */
  static byte[] write(@Nullable Object object, String what, int most) {
    byte[] bytes = null;
    if (object == null || CompactValue.isSmall(object)) {
      CompactWriter out = new CompactWriter();
      out.value(object);
      bytes = out.toBytes();
    } else {
      Lambdas.Form form = Lambdas.formOf(object.getClass());
      if (form != null) {
        bytes = form.write(object, what, most);
      }
    }
    return bytes != null && bytes.length <= most ? bytes : ObjectCodec.write(object, what, most);
  }

  /** As {@link ObjectCodec#read}. */
  @Nullable Object read(byte[] bytes, int offset, int length) throws IOException {
    if (length > 0 && CompactValue.isTag(bytes[offset])) {
      CompactReader in = new CompactReader(bytes, offset, offset + length);
      if (in.peek() == CompactValue.LAMBDA) {
        return lambda(in);
      }
      return in.value(objects);
    }
    return objects.read(bytes, offset, length);
  }

  private Object lambda(CompactReader in) throws IOException {
    return shape(in).lambda(captured(in));
  }

  /**
   * Runs an action. The code of a lambda that has captured nothing is called itself: to make the
   * lambda would take eight times as long as to find that code, and nobody would see it.
   *
   * @throws Throwable what it throws; an {@link IOException} if there is none
   */
  void run(byte[] bytes) throws Throwable {
    Object sent;
    if (bytes.length > 0 && bytes[0] == CompactValue.LAMBDA) {
      CompactReader in = new CompactReader(bytes, 0, bytes.length);
      Shape shape = shape(in);
      @Nullable Object[] captured = captured(in);
      MethodHandle code = captured.length == 0 ? shape.actionCode() : null;
      if (code != null) {
        code.invokeExact();
        return;
      }
      sent = shape.lambda(captured);
    } else {
      sent = read(bytes, 0, bytes.length);
    }
    if (sent instanceof SerializableAction action) {
      action.run();
    } else {
      throw new IOException("the parent sent nothing to do");
    }
  }

  private Shape shape(CompactReader in) throws IOException {
    in.tag();
    Shape.Key key = in.shape();
    Shape shape = shapes.get(key);
    if (shape == null) {
      shape = Shape.of(key.copied(), loader, allowed);
      if (shapes.size() < MOST_SHAPES) {
        shapes.put(shape.key(), shape);
      }
    }
    return shape;
  }

  private @Nullable Object[] captured(CompactReader in) throws IOException {
    int count = in.count();
    @Nullable Object[] captured = new @Nullable Object[count];
    for (int i = 0; i < count; i++) {
      captured[i] = in.value(objects);
    }
    return captured;
  }

  /**
   * The place of a lambda, without what it has captured, of which only the kinds are kept: for
   * {@link #prepare}.
   *
   * @return null if the message is no lambda
   */
  static byte @Nullable [] blank(byte[] message) {
    if (message.length == 0 || message[0] != CompactValue.LAMBDA) {
      return null;
    }
    CompactReader in = new CompactReader(message, 0, message.length);
    CompactWriter out = new CompactWriter();
    try {
      out.tag(in.tag());
      byte[] place = in.shape().copied().bytes;
      out.number(place.length);
      out.raw(place);
      int count = in.count();
      out.number(count);
      for (int i = 0; i < count; i++) {
        out.value(in.blank());
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("a lambda that was written otherwise", e);
    }
    return out.toBytes();
  }

  /** The name of the class that has a lambda, of what {@link #blank} gives. */
  static String capturing(byte[] blank) {
    CompactReader in = new CompactReader(blank, 0, blank.length);
    try {
      in.tag();
      Shape.Key place = in.shape();
      return Shape.capturing(new CompactReader(place.bytes, place.begin, place.end));
    } catch (IOException e) {
      throw new IllegalArgumentException("no place of a lambda", e);
    }
  }

  /**
   * Does what the first lambda of a place takes.
   *
   * @param blank of {@link #blank}
   * @param links whether one may be made, which initialises the class that has it; else that is
   *     loaded only
   * @throws LinkageError if something does not fit
   */
  void prepare(byte[] blank, boolean links) throws IOException {
    CompactReader in = new CompactReader(blank, 0, blank.length);
    Shape shape = shape(in);
    if (links) {
      @Nullable Object[] captured = captured(in);
      if (captured.length != 0 || shape.actionCode() == null) {
        Object _ = shape.lambda(captured);
      }
    }
  }

  /** A place in a program where a lambda is written. */
  static final class Shape {
    private static final int TEXTS = 8;

    /** The place of the name of its code among the texts, behind that of the class with it. */
    private static final int IMPLEMENTATION = 5;

    private static final String ACTION = SerializableAction.class.getName().replace('.', '/');
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private final Key key;
    private final Class<?> capturing;
    private final MethodHandle factory;
    private final int kind;
    private final String[] texts;
    private @Nullable Object withoutCaptured;
    private @Nullable MethodHandle actionCode;

    private Shape(Key key, Class<?> capturing, MethodHandle factory, int kind, String[] texts) {
      this.key = key;
      this.capturing = capturing;
      this.factory = factory;
      this.kind = kind;
      this.texts = texts;
    }

    /** Its bytes. */
    static final class Key {
      private final byte[] bytes;
      private final int begin;
      private final int end;
      private final int hash;

      Key(byte[] bytes, int begin, int end) {
        this.bytes = bytes;
        this.begin = begin;
        this.end = end;
        int sum = 0;
        for (int i = begin; i < end; i++) {
          sum = 31 * sum + bytes[i];
        }
        this.hash = sum;
      }

      /** Without the message around it. */
      Key copied() {
        return new Key(Arrays.copyOfRange(bytes, begin, end), 0, end - begin);
      }

      @Override
      public boolean equals(@Nullable Object other) {
        return other instanceof Key that
            && that.hash == hash
            && Arrays.equals(bytes, begin, end, that.bytes, that.begin, that.end);
      }

      @Override
      public int hashCode() {
        return hash;
      }
    }

    /** The name of the class. */
    static String capturing(CompactReader in) throws IOException {
      int _ = in.count();
      return in.text().replace('/', '.');
    }

    static Shape of(Key key, @Nullable ClassLoader loader, AllowedClasses allowed)
        throws IOException {
      CompactReader in = new CompactReader(key.bytes, key.begin, key.end);
      int kind = in.count();
      String[] texts = new String[TEXTS];
      for (int i = 0; i < TEXTS; i++) {
        texts[i] = in.text();
      }
      String name = texts[0].replace('/', '.');
      if (!allowed.contains(name)) {
        throw new IOException(
            "a message has a lambda of the class "
                + name
                + ", which is not allowed; allow it by ProcessOptions.withAllowed");
      }
      try {
        Class<?> capturing = Class.forName(name, false, loader);
        Method factory = capturing.getDeclaredMethod("$deserializeLambda$", SerializedLambda.class);
        factory.setAccessible(true);
        // Not called by reflection, for which the JDK would make three classes.
        return new Shape(key, capturing, LOOKUP.unreflect(factory), kind, texts);
      } catch (ClassNotFoundException e) {
        throw new IOException(
            "a message has a lambda of the class "
                + name
                + ", which is not in this process's class path",
            e);
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new IOException("a message has a lambda that is not in " + name, e);
      }
    }

    Key key() {
      return key;
    }

    /**
     * The code of an action that captures nothing, if it is a lambda that javac has compiled; its
     * class has been initialised then. Null for anything else, such as a reference to a method.
     */
    @Nullable MethodHandle actionCode() {
      if (actionCode == null && isPlainAction()) {
        try {
          Method method = capturing.getDeclaredMethod(texts[IMPLEMENTATION]);
          if (method.isSynthetic() && Modifier.isPrivate(method.getModifiers())) {
            method.setAccessible(true);
            Class<?> _ = Class.forName(capturing.getName(), true, capturing.getClassLoader());
            actionCode = LOOKUP.unreflect(method);
          }
        } catch (ReflectiveOperationException | RuntimeException e) {
          return null; // to make the lambda says what is wrong
        }
      }
      return actionCode;
    }

    /** Whether it says of itself that it is one. */
    private boolean isPlainAction() {
      String name = texts[IMPLEMENTATION];
      return kind == MethodHandleInfo.REF_invokeStatic
          && texts[0].equals(texts[IMPLEMENTATION - 1])
          && texts[1].equals(ACTION)
          && texts[IMPLEMENTATION + 1].equals("()V")
          && name.startsWith("lambda$")
          && isHashed(name);
    }

    /** Serialisable ones have a hash before their number, others have not. */
    private static boolean isHashed(String name) {
      int number = name.lastIndexOf('$');
      int hash = name.lastIndexOf('$', number - 1);
      if (hash <= "lambda$".length() - 1) {
        return false;
      }
      for (int i = hash + 1; i < number; i++) {
        if (Character.digit(name.charAt(i), 16) < 0) {
          return false;
        }
      }
      return number > hash + 1;
    }

    Object lambda(@Nullable Object[] captured) throws IOException {
      Object known = withoutCaptured;
      if (known != null && captured.length == 0) {
        return known;
      }
      SerializedLambda form =
          new SerializedLambda(
              capturing, texts[1], texts[2], texts[3], kind, texts[4], texts[5], texts[6], texts[7],
              captured);
      try {
        Object lambda = (Object) factory.invokeExact(form);
        if (lambda == null) {
          throw new IOException("a lambda of " + capturing.getName() + " is null");
        }
        if (captured.length == 0) {
          withoutCaptured = lambda;
        }
        return lambda;
      } catch (IOException | VirtualMachineError e) {
        throw e;
      } catch (Throwable e) {
        throw new IOException("a message has a lambda that is not in " + capturing.getName(), e);
      }
    }
  }
}
