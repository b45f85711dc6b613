package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.DescriptorHolder;
import dev.loomlet.engine.Engine;
import dev.loomlet.jdk.FileDescriptors;
import dev.loomlet.linux.SystemCalls;
import dev.loomlet.wait.OnLoop;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A descriptor on its way from one process or loop to another, over a Unix socket (unix(7),
 * SCM_RIGHTS).
 *
 * <p>Who sends makes one by {@code of}: a second descriptor for the same open file, so that what it
 * was made of may go on or be closed. Who receives makes a stream, a listener or a file of it,
 * which then owns the descriptor. Until then it is to be closed; if that is forgotten, the
 * collector does it.
 *
 * <p>Sockets are non-blocking, and that holds for all processes that share one. What an engine has
 * read ahead stays behind: pass connections before they are read from.
 */
public final class PassedDescriptor implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int MOST = 253;
  private static final int GONE = -1;

  private final Ownership ownership;
  private final Cleaner.Cleanable cleanable;

  /** Closes the descriptor unless somebody has taken it. */
  private static final class Ownership implements Runnable {
    private final AtomicInteger value;

    Ownership(int value) {
      this.value = new AtomicInteger(value);
    }

    @Override
    public void run() {
      int descriptor = value.getAndSet(GONE);
      if (descriptor == GONE) {
        return;
      }
      if (new SystemCalls().lingers(descriptor)) {
        Thread.ofPlatform()
            .daemon()
            .name("loomlet-lingering-close")
            .start(() -> SystemCalls.closeSlowly(descriptor));
      } else {
        // It may be a file, of which the last close may write.
        SystemCalls.closeSlowly(descriptor);
      }
    }
  }

  PassedDescriptor(int descriptor) {
    this.ownership = new Ownership(descriptor);
    this.cleanable = CLEANER.register(this, ownership);
  }

  /**
   * To pass a connection. It may be closed then.
   *
   * @throws UnsupportedOperationException if its engine does not work with descriptors
   */
  public static PassedDescriptor of(SocketStream stream) throws IOException {
    return duplicate(stream.loop(), stream.socket());
  }

  /** To pass a listener: whoever has it accepts connections, this process, too, if it goes on. */
  public static PassedDescriptor of(SocketListener listener) throws IOException {
    return duplicate(listener.loop(), listener.socket());
  }

  /** To pass a socket for datagrams. */
  public static PassedDescriptor of(SocketDatagrams socket) throws IOException {
    return duplicate(socket.loop(), socket.socket());
  }

  /**
   * To pass an open file, or whatever else {@code java.io} has open.
   *
   * @param file by {@code getFD()} of a {@code FileInputStream} and so on
   * @throws IOException if it is not open
   * @throws UnsupportedOperationException if the current loop's engine does not work with
   *     descriptors
   */
  public static PassedDescriptor of(FileDescriptor file) throws IOException {
    Loop loop = Loop.current();
    return new PassedDescriptor(
        OnLoop.call(
            loop,
            () -> {
              int descriptor = FileDescriptors.numberOf(file);
              if (descriptor < 0) {
                throw new IOException("the file to pass is not open");
              }
              return loop.engine().duplicate(descriptor);
            }));
  }

  private static PassedDescriptor duplicate(Loop loop, DescriptorHolder socket) throws IOException {
    return new PassedDescriptor(OnLoop.call(loop, socket::duplicate));
  }

  static void checkCount(int count) {
    if (count < 0 || count > MOST) {
      throw new IllegalArgumentException(
          "a message carries 0 to " + MOST + " descriptors, not " + count);
    }
  }

  interface Sending {
    void send(int[] numbers) throws IOException;
  }

  /** Sends the numbers, which stay open at least as long as that takes. */
  static void send(PassedDescriptor[] descriptors, Sending sending) throws IOException {
    checkCount(descriptors.length);
    int[] numbers = new int[descriptors.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = descriptors[i].number();
    }
    try {
      sending.send(numbers);
    } finally {
      Reference.reachabilityFence(descriptors);
    }
  }

  /**
   * The number of the descriptor in this process, for calls of one's own; it stays this object's.
   *
   * @throws IllegalStateException if it was closed, or something was made of it
   */
  public int number() {
    int descriptor = ownership.value.get();
    if (descriptor == GONE) {
      throw gone();
    }
    return descriptor;
  }

  private static IllegalStateException gone() {
    return new IllegalStateException("the descriptor was closed, or something was made of it");
  }

  private interface Claim<T> {
    T take(Engine engine, int descriptor) throws IOException;
  }

  private <T> T claim(Loop loop, Claim<T> claim) throws IOException {
    int descriptor = ownership.value.getAndSet(GONE);
    if (descriptor == GONE) {
      throw gone();
    }
    try {
      T made = OnLoop.call(loop, () -> claim.take(loop.engine(), descriptor));
      cleanable.clean();
      return made;
    } catch (RuntimeException e) {
      // It is something else, or nobody took it.
      ownership.value.set(descriptor);
      throw e;
    }
  }

  /**
   * Makes a connection over TCP of it, on the current loop.
   *
   * @throws IllegalArgumentException if it is something else; then it can still be used
   * @throws UnsupportedOperationException if the loop's engine does not work with descriptors
   */
  public TcpStream asTcpStream() throws IOException {
    Loop loop = Loop.current();
    return claim(loop, (engine, fd) -> new TcpStream(loop, engine.adoptStream(fd, false)));
  }

  /** As {@link #asTcpStream}: a connection over a Unix socket. */
  public UnixStream asUnixStream() throws IOException {
    Loop loop = Loop.current();
    return claim(loop, (engine, fd) -> new UnixStream(loop, engine.adoptStream(fd, true)));
  }

  /** As {@link #asTcpStream}: a listener of TCP. */
  public TcpListener asTcpListener() throws IOException {
    Loop loop = Loop.current();
    return claim(loop, (engine, fd) -> new TcpListener(loop, engine.adoptListener(fd, false)));
  }

  /** As {@link #asTcpStream}: a Unix listener; closing it does not remove its file. */
  public UnixListener asUnixListener() throws IOException {
    Loop loop = Loop.current();
    return claim(loop, (engine, fd) -> new UnixListener(loop, engine.adoptListener(fd, true)));
  }

  /** As {@link #asTcpStream}: a socket of UDP. */
  public UdpSocket asUdpSocket() throws IOException {
    Loop loop = Loop.current();
    return claim(loop, (engine, fd) -> new UdpSocket(loop, engine.adoptMessages(fd, false)));
  }

  /** As {@link #asTcpStream}: a Unix socket for datagrams. */
  public UnixDatagramSocket asUnixDatagramSocket() throws IOException {
    Loop loop = Loop.current();
    return claim(
        loop, (engine, fd) -> new UnixDatagramSocket(loop, engine.adoptMessages(fd, true), null));
  }

  /**
   * Makes a stream of {@code java.io} of it, to read a file, or from its channel. Position and lock
   * are shared with whoever else has the file open by this way.
   */
  public FileInputStream asInputStream() {
    return new FileInputStream(asFile());
  }

  /** As {@link #asInputStream}, to write. */
  public FileOutputStream asOutputStream() {
    return new FileOutputStream(asFile());
  }

  private FileDescriptor asFile() {
    int descriptor = ownership.value.getAndSet(GONE);
    if (descriptor == GONE) {
      throw gone();
    }
    cleanable.clean();
    return FileDescriptors.of(descriptor);
  }

  /** Closes the descriptor, if nothing was made of it. Any thread; does not wait. */
  @Override
  public void close() {
    cleanable.clean();
  }

  @Override
  public String toString() {
    int descriptor = ownership.value.get();
    return "PassedDescriptor[" + (descriptor == GONE ? "gone" : descriptor) + "]";
  }
}
