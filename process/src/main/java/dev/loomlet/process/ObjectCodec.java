package dev.loomlet.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Objects as bytes, by the JDK's serialisation, and back through {@link ObjectFilter}. */
final class ObjectCodec {
  private final @Nullable ClassLoader loader;
  private final AllowedClasses allowed;

  /** By name, those that are allowed and there. */
  private final Map<String, Class<?>> resolved = new ConcurrentHashMap<>();

  /**
   * Creates one.
   *
   * @param loader of the classes in messages; null for the JDK's only
   * @param allowed patterns of {@link ProcessOptions#allowed}
   */
  ObjectCodec(@Nullable ClassLoader loader, List<String> allowed) {
    this(loader, new AllowedClasses(allowed));
  }

  ObjectCodec(@Nullable ClassLoader loader, AllowedClasses allowed) {
    this.loader = loader;
    this.allowed = allowed;
  }

  /**
   * Writes an object.
   *
   * @param what the word for it in messages, such as "the task"
   * @param most bytes
   * @throws UnserializableException if something in it is not serialisable
   * @throws IllegalArgumentException if it is longer
   */
  static byte[] write(@Nullable Object object, String what, int most) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw unserializable(object, what, e);
    }
    if (bytes.size() > most) {
      throw new IllegalArgumentException(
          what
              + " has "
              + bytes.size()
              + " bytes, and a message at most "
              + most
              + "; raise the limit by ProcessOptions.withMaxMessage, or send less");
    }
    return bytes.toByteArray();
  }

  /** What to throw when an object cannot be written; says what in it is to blame. */
  static UnserializableException unserializable(
      @Nullable Object object, String what, Throwable cause) {
    if (cause instanceof StackOverflowError) {
      return new UnserializableException(what + " is nested too deep to be serialised", cause);
    }
    String where = object == null ? what + " is null" : Culprit.describe(object, what);
    return new UnserializableException(
        where + "; make it Serializable, keep it out of what is sent, or create it there", cause);
  }

  /**
   * Reads an object.
   *
   * @throws IOException if it is none, has what is not allowed, or its class is not there
   */
  @Nullable Object read(byte[] bytes, int offset, int length) throws IOException {
    ObjectFilter filter = new ObjectFilter(allowed, length);
    try (ObjectInputStream in = new Input(bytes, offset, length, filter)) {
      return in.readObject();
    } catch (IOException | ClassNotFoundException | RuntimeException | StackOverflowError e) {
      throw unreadable(e);
    }
  }

  /** What to throw when a message cannot be read. */
  static IOException unreadable(Throwable cause) {
    return switch (cause) {
      case InvalidClassException e when isRejected(e) ->
          new IOException(
              "a message has a class that is not allowed, is nested too deep or has an array that"
                  + " is too large"
                  + (filterRejected(e) ? "" : " (" + e.classname + ")")
                  + "; allow classes by ProcessOptions.withAllowed",
              e);
      case IOException e -> e;
      case ClassNotFoundException e ->
          new IOException(
              "a message has the class "
                  + e.getMessage()
                  + ", which is not in this process's class path",
              e);
      default -> new IOException("a message is no object: " + cause, cause);
    };
  }

  private static boolean isRejected(InvalidClassException e) {
    return String.valueOf(e.getMessage()).contains("filter status: REJECTED");
  }

  private static boolean filterRejected(InvalidClassException e) {
    return e.classname == null;
  }

  private final class Input extends ObjectInputStream {
    Input(byte[] bytes, int offset, int length, ObjectFilter filter) throws IOException {
      super(new ByteArrayInputStream(bytes, offset, length));
      setObjectInputFilter(filter);
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass form)
        throws IOException, ClassNotFoundException {
      Class<?> found = resolve(form.getName());
      return found == null ? super.resolveClass(form) : found; // primitive types
    }

    @Override
    protected Class<?> resolveProxyClass(String[] interfaces) throws InvalidClassException {
      throw new InvalidClassException("java.lang.reflect.Proxy", "filter status: REJECTED");
    }
  }

  /**
   * The class of a name. Does not even load what is not allowed.
   *
   * @return null if it is not there, or primitive
   * @throws InvalidClassException if it is not allowed
   */
  @Nullable Class<?> resolve(String name) throws InvalidClassException {
    Class<?> known = resolved.get(name);
    if (known != null) {
      return known;
    }
    String element = elementOf(name);
    if (element != null && !allowed.contains(element)) {
      throw new InvalidClassException(element, "filter status: REJECTED");
    }
    try {
      Class<?> found = Class.forName(name, false, loader);
      resolved.put(name, found);
      return found;
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  /** What may be in messages. */
  AllowedClasses allowed() {
    return allowed;
  }

  /** The class, or what an array consists of; null if that is primitive. */
  private static @Nullable String elementOf(String name) {
    if (!name.startsWith("[")) {
      return switch (name) {
        case "boolean", "byte", "char", "short", "int", "long", "float", "double", "void" -> null;
        default -> name;
      };
    }
    int dimensions = name.lastIndexOf('[') + 1;
    return name.charAt(dimensions) == 'L'
        ? name.substring(dimensions + 1, name.length() - 1)
        : null;
  }
}
