package dev.loomlet.process;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a child JVM runs: it waits at a pipe to be told who it is and what to do. Not to be called.
 */
public final class ChildMain {
  /** The argument of a child that outlives its parent. */
  static final String DETACHED = "detached";

  private static final int FAILED = 1;
  private static final int MOST_TEXT = 16 * 1024;

  /** Fits, with the text, into a pipe of 64 KiB: nobody reads it before the child has ended. */
  private static final int MOST_OF_LAST_WORDS = 32 * 1024;

  /** Pipes are smaller for a user who has very many. */
  private static final long LAST_WORDS_MILLIS = 1_000;

  static final String FOLDER = "/proc/self/fd/";

  private static volatile @Nullable Hello told;

  private final InputStream in;
  private final OutputStream out;
  private Hello hello;
  private ClassLoader loader;
  private CompactCodec codec;

  private ChildMain(InputStream in, OutputStream out, Hello hello) {
    this.in = in;
    this.out = out;
    this.hello = hello;
    this.loader = loaderOf(hello);
    this.codec = new CompactCodec(loader, hello.allowed());
  }

  private static ClassLoader loaderOf(Hello hello) {
    ClassLoader loader = hello.code().loader();
    Thread.currentThread().setContextClassLoader(loader);
    return loader;
  }

  /** Of this process, if it is a child that knows who it is. */
  static @Nullable Hello told() {
    return told;
  }

  /**
   * Runs the child.
   *
   * @param arguments whether it is detached
   */
  public static void main(String[] arguments) {
    if (arguments.length == 0) {
      LifePipe.watch();
    } else {
      ControlServer.startSoon();
    }
    // A pipe can be opened by its path, without what is slow to start: native calls or reflection.
    try (InputStream in =
            new BufferedInputStream(new FileInputStream(FOLDER + Launch.TASKS), 1 << 16);
        OutputStream out = new FileOutputStream(FOLDER + Launch.ANSWERS)) {
      Frame first = read(in);
      if (first == null) {
        return; // a spare that nobody needed
      }
      Hello hello = Hello.fromBytes(first.content());
      told = hello;
      new ChildMain(in, out, hello).serve();
    } catch (IOException e) {
      System.err.println("loomlet: a child process cannot understand its parent: " + e);
      System.exit(FAILED);
    }
  }

  private static @Nullable Frame read(InputStream in) throws IOException {
    byte[] header = in.readNBytes(Frame.HEADER);
    if (header.length == 0) {
      return null;
    }
    if (header.length < Frame.HEADER) {
      throw new EOFException("the parent ended in the middle of a message");
    }
    int length = Frame.checkedLength(header, 0, Frame.LARGEST);
    byte[] all = Arrays.copyOf(header, Frame.LENGTH + length);
    int rest = all.length - Frame.HEADER;
    if (in.readNBytes(all, Frame.HEADER, rest) < rest) {
      throw new EOFException("the parent ended in the middle of a message");
    }
    return Frame.decode(all, 0);
  }

  private void serve() throws IOException {
    for (Frame frame = read(in); frame != null; frame = read(in)) {
      switch (frame.kind()) {
        case Frame.RUN -> {
          runAction(frame);
          return;
        }
        case Frame.MAIN -> {
          runMain(frame);
          return;
        }
        case Frame.CALL -> call(frame);
        case Frame.PRELOAD -> preload(frame);
        case Frame.HELLO -> {
          hear(Hello.fromBytes(frame.content()));
        }
        default -> throw new IOException("unknown message " + frame.kind());
      }
    }
  }

  /** What was loaded for the last one is kept if it is good for this one. */
  private void hear(Hello next) {
    boolean sameCode = next.code().isSame(hello.code());
    if (!sameCode) {
      loader = loaderOf(next);
    }
    if (!sameCode || !next.allowed().equals(hello.allowed())) {
      codec = new CompactCodec(loader, next.allowed());
    }
    hello = next;
    told = next;
  }

  private void preload(Frame frame) throws IOException {
    byte[] answer;
    try {
      Preload.load(frame.content(), loader, codec);
      answer = Frame.encode(Frame.RESULT, frame.number(), 0, new byte[0]);
    } catch (Throwable e) {
      byte[] content = errorContent(e, hello.maxMessage());
      answer = Frame.encode(Frame.ERROR, frame.number(), 0, content);
    }
    out.write(answer);
  }

  private void runAction(Frame frame) {
    try {
      codec.run(frame.content());
    } catch (Throwable e) {
      failed(e);
    }
  }

  private static <T> T require(@Nullable T object) throws IOException {
    if (object == null) {
      throw new IOException("the parent sent nothing to do");
    }
    return object;
  }

  private void runMain(Frame frame) {
    try {
      MainCall.run(frame.content());
    } catch (Throwable e) {
      failed(e);
    }
  }

  /** The end of a process whose code throws: on its standard error, and to its parent. */
  private void failed(Throwable error) {
    System.err.print("Exception in process " + hello.self().name() + ": " + textOf(error));
    System.err.flush();
    byte[] words = Frame.encode(Frame.LAST_WORDS, 0, errorContent(error, MOST_OF_LAST_WORDS));
    Thread writer = Thread.ofPlatform().daemon().start(() -> write(words));
    try {
      writer.join(LAST_WORDS_MILLIS);
    } catch (InterruptedException e) {
      // It ends anyway.
    }
    System.exit(FAILED);
  }

  private void write(byte[] words) {
    try {
      out.write(words);
    } catch (IOException e) {
      // The parent is gone.
    }
  }

  private void call(Frame frame) throws IOException {
    byte[] answer;
    long begun = System.nanoTime();
    try {
      Object task = require(codec.read(frame.content(), 0, frame.content().length));
      Object result = ((SerializableCallable<?>) task).call();
      int micros = microsSince(begun);
      byte[] content = CompactCodec.write(result, "the result", hello.maxMessage());
      answer = Frame.encode(Frame.RESULT, frame.number(), micros, content);
    } catch (Throwable e) {
      byte[] content = errorContent(e, hello.maxMessage());
      answer = Frame.encode(Frame.ERROR, frame.number(), microsSince(begun), content);
    }
    out.write(answer);
  }

  private static int microsSince(long begun) {
    return (int) Math.min(Integer.MAX_VALUE, (System.nanoTime() - begun) / 1_000);
  }

  private static byte[] errorContent(Throwable error, int most) {
    byte[] text = textOf(error).getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, MOST_TEXT);
    byte[] object;
    try {
      object = ObjectCodec.write(error, "the error", most);
    } catch (IllegalArgumentException e) {
      object = new byte[0];
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 + length + object.length);
    try (DataOutputStream data = new DataOutputStream(bytes)) {
      data.writeInt(length);
      data.write(text, 0, length);
      data.write(object);
    } catch (IOException e) {
      throw new AssertionError("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /** Up to where it was called from here. */
  private static String textOf(Throwable error) {
    StringWriter text = new StringWriter();
    error.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  /**
   * The error that a message is about; for the parent.
   *
   * @param begin where it begins
   */
  static Throwable errorOf(byte[] content, int begin, CompactCodec codec, String process) {
    int texts = begin + Integer.BYTES;
    if (content.length < texts) {
      return new ChildFailure(process, "an error without a text");
    }
    int length = Math.clamp(Frame.getInt(content, begin), 0, content.length - texts);
    int end = texts + length;
    if (end < content.length) {
      try {
        Object error = codec.read(content, end, content.length - end);
        if (error instanceof Throwable throwable) {
          return throwable;
        }
      } catch (IOException e) {
        // Its text has to do.
      }
    }
    return new ChildFailure(process, new String(content, texts, length, StandardCharsets.UTF_8));
  }
}
