package dev.loomlet.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamConstants;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Objects as messages, by the JDK's serialisation, for those who send many: streams are kept from
 * one message to the next, and a class is described by its name and its {@link ClassForm}, where
 * the JDK writes all of its fields. Making streams and reading fields takes three times as long as
 * a small object itself.
 *
 * <p>Each message can be read alone, whoever reads it: it begins by resetting the stream, and has
 * the names of all its classes. Both processes must have the same classes, and messages say so if
 * they have not. What is read goes through {@link ObjectFilter}, with the limits of its message.
 *
 * <p>A stream in which something failed is not used again. Any thread.
 */
final class ObjectStreams {
  /** Streams keep what the largest message has taken; larger ones get streams of their own. */
  private static final int MOST_KEPT = 64 * 1024;

  /** Nothing: with it a stream lets go of the objects of the message before. */
  private static final byte[] NOTHING = {
    ObjectStreamConstants.TC_RESET, ObjectStreamConstants.TC_NULL
  };

  private static final Map<String, Class<?>> PRIMITIVE =
      Map.of(
          "boolean",
          boolean.class,
          "byte",
          byte.class,
          "short",
          short.class,
          "char",
          char.class,
          "int",
          int.class,
          "long",
          long.class,
          "float",
          float.class,
          "double",
          double.class,
          "void",
          void.class);

  private final ObjectCodec codec;
  private final AtomicReference<@Nullable Output> output = new AtomicReference<>();
  private final AtomicReference<@Nullable Input> input = new AtomicReference<>();

  /** Creates streams whose classes are those of a codec. */
  ObjectStreams(ObjectCodec codec) {
    this.codec = codec;
  }

  /**
   * Writes an object.
   *
   * @param what as for {@link ObjectCodec#write}
   * @throws UnserializableException if something in it is not serialisable
   */
  byte[] write(Object object, String what) {
    try {
      Output out = output.getAndSet(null);
      if (out == null) {
        out = new Output(new ByteArrayOutputStream());
      }
      byte[] message = out.message(object);
      if (message.length <= MOST_KEPT) {
        output.set(out);
      }
      return message;
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw ObjectCodec.unserializable(object, what, e);
    }
  }

  /**
   * Reads an object.
   *
   * @throws IOException if it is none, has what is not allowed, or its class is not there or
   *     another one
   */
  @Nullable Object read(byte[] message) throws IOException {
    if (message.length == 0 || message[0] != ObjectStreamConstants.TC_RESET) {
      return codec.read(message, 0, message.length);
    }
    try {
      Input in = input.getAndSet(null);
      if (in == null) {
        in = new Input(new Feed(), new ObjectFilter(codec.allowed(), 0));
      }
      Object object = in.object(message);
      in.letGo();
      if (message.length <= MOST_KEPT) {
        input.set(in);
      }
      return object;
    } catch (IOException | ClassNotFoundException | RuntimeException | StackOverflowError e) {
      throw ObjectCodec.unreadable(e);
    }
  }

  private static final class Output extends ObjectOutputStream {
    private final ByteArrayOutputStream bytes;

    Output(ByteArrayOutputStream bytes) throws IOException {
      super(bytes);
      this.bytes = bytes;
      reset();
    }

    byte[] message(Object object) throws IOException {
      writeObject(object);
      flush();
      byte[] message = bytes.toByteArray();
      bytes.reset();
      reset(); // which is the first byte of the next one
      return message;
    }

    @Override
    protected void writeStreamHeader() {}

    @Override
    protected void writeClassDescriptor(ObjectStreamClass form) throws IOException {
      writeUTF(form.getName());
      writeLong(ClassForm.of(form.forClass()));
    }
  }

  /** Gives one message after the other to a stream. */
  private static final class Feed extends InputStream {
    private byte[] bytes = NOTHING;
    private int at = NOTHING.length;
    private long before;

    /** The next message, and how many bytes there were before. */
    long next(byte[] message) throws IOException {
      if (at < bytes.length) {
        throw new IOException("a message has " + available() + " bytes behind its object");
      }
      before += bytes.length;
      bytes = message;
      at = 0;
      return before;
    }

    @Override
    public int read() {
      return at < bytes.length ? bytes[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (at == bytes.length && length > 0) {
        return -1;
      }
      int count = Math.min(length, bytes.length - at);
      System.arraycopy(bytes, at, target, offset, count);
      at += count;
      return count;
    }

    @Override
    public int available() {
      return bytes.length - at;
    }
  }

  private final class Input extends ObjectInputStream {
    private final Feed feed;
    private final ObjectFilter filter;

    Input(Feed feed, ObjectFilter filter) throws IOException {
      super(feed);
      this.feed = feed;
      this.filter = filter;
      setObjectInputFilter(filter);
    }

    @Nullable Object object(byte[] message) throws IOException, ClassNotFoundException {
      filter.next(message.length, feed.next(message));
      return readObject();
    }

    /** Does not keep the objects of the last message. */
    void letGo() throws IOException, ClassNotFoundException {
      Object _ = object(NOTHING);
    }

    @Override
    protected void readStreamHeader() {}

    @Override
    protected ObjectStreamClass readClassDescriptor() throws IOException, ClassNotFoundException {
      String name = readUTF();
      long number = readLong();
      Class<?> type = codec.resolve(name);
      if (type == null) {
        type = PRIMITIVE.get(name);
      }
      if (type == null) {
        throw new ClassNotFoundException(name);
      }
      if (ClassForm.of(type) != number) {
        throw new InvalidClassException(
            name,
            "this process has another version of the class than the one that has sent the message");
      }
      return ObjectStreamClass.lookupAny(type);
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass form) {
      return Objects.requireNonNull(form.forClass(), "made of a class");
    }

    @Override
    protected Class<?> resolveProxyClass(String[] interfaces) throws InvalidClassException {
      throw new InvalidClassException("java.lang.reflect.Proxy", "filter status: REJECTED");
    }
  }
}
