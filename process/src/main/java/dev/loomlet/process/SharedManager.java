package dev.loomlet.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A process that keeps maps, lists and counters for others, and hands out locks and queues:
 * Python's {@code multiprocessing.Manager}. What it makes are proxies: capture them in the lambdas
 * of children or tasks, or keep them in each other.
 *
 * {@snippet :
 * try (SharedManager manager = SharedManager.start()) {
 *   Map<String, Integer> stock = manager.newMap();
 *   stock.put("rice", 3);
 *   JavaProcess.start(() -> stock.merge("rice", -1, Integer::sum)).join();
 * }
 * }
 *
 * <p>Each operation of a proxy goes to the manager and back, which takes some 20 microseconds, and
 * lets the loop go on. It is atomic. Keys and values are copied, by the JDK's serialisation: to
 * change a value in a map, put it anew. What the operation throws there is thrown here; what the
 * manager's filter does not allow is rejected before anything is made of it. If the manager dies,
 * all it kept is gone, and operations throw an {@code UncheckedIOException}.
 *
 * <p>For a few numbers or bytes {@link SharedLong}, {@link SharedArray} and the locks and queues of
 * this package are faster by far: they need no process.
 */
public final class SharedManager implements AutoCloseable {
  private final JavaProcess process;
  private final ManagerAddress address;
  private final long server;

  /** How to close what it has made in shared memory. */
  private final Queue<Runnable> kept = new ConcurrentLinkedQueue<>();

  private SharedManager(JavaProcess process, ManagerAddress address, long server) {
    this.process = process;
    this.address = address;
    this.server = server;
  }

  /**
   * Starts one. Waits until it serves.
   *
   * @throws IOException if it cannot be started
   */
  public static SharedManager start() throws IOException {
    return start(ProcessOptions.defaults().withName("manager"));
  }

  /**
   * Starts one. Waits until it serves.
   *
   * @param options of its process, which always is a daemon; {@link ProcessOptions#withAllowed}
   *     says which classes keys and values may have, besides the JDK's values
   * @throws IOException if it cannot be started
   */
  public static SharedManager start(ProcessOptions options) throws IOException {
    ManagerAddress address = ManagerAddress.create(options.allowed());
    var ends = Connection.pair(Long.class);
    Connection<Long> told = ends.get(0);
    Connection<Long> telling = ends.get(1);
    JavaProcess process =
        JavaProcess.start(
            options.withDetached(false).withDaemon(true),
            () -> ManagerServer.serve(address, telling));
    boolean started = false;
    try (told) {
      List<Waitable> _ = Waitable.awaitAny(told, Waitable.endOf(process));
      Long server = told.isReady() ? told.receive() : null;
      if (server == null) {
        throw new IOException("the process of a manager has ended before it served: " + process);
      }
      started = true;
      return new SharedManager(process, address, server);
    } finally {
      if (!started) {
        process.close();
        address.door().close();
      }
    }
  }

  private ManagedObject create(ManagerOperation operation) {
    Object number = ManagerClient.of(address, server).ask(operation, 0);
    return new ManagedObject(address, server, (Long) Objects.requireNonNull(number));
  }

  /** Makes a map that is empty. Waits. */
  public <K, V> ManagedMap<K, V> newMap() {
    return new ManagedMap<>(create(ManagerOperation.NEW_MAP));
  }

  /** Makes a list that is empty. Waits. */
  public <E> ManagedList<E> newList() {
    return new ManagedList<>(create(ManagerOperation.NEW_LIST));
  }

  /** Makes a counter that is 0. Waits. */
  public ManagedCounter newCounter() {
    return new ManagedCounter(create(ManagerOperation.NEW_COUNTER));
  }

  /**
   * Makes a lock (Python: {@code Manager().Lock()}). It is one of {@linkplain SharedLock shared
   * memory}, which needs no manager to be locked and survives the death of its holder; it is closed
   * with the manager.
   *
   * @throws UncheckedIOException if there is no shared memory left
   */
  public SharedLock newLock() {
    try {
      SharedLock lock = SharedLock.create();
      kept.add(lock::close);
      return lock;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes a queue (Python: {@code Manager().Queue()}). It is one of {@linkplain SharedObjectQueue
   * shared memory}, and is closed with the manager.
   *
   * @param capacity as for {@link SharedObjectQueue#create(Class, int, int)}
   * @param maxMessage as there
   * @throws UncheckedIOException if there is no shared memory left
   */
  public <T> SharedObjectQueue<T> newQueue(Class<T> type, int capacity, int maxMessage) {
    try {
      SharedObjectQueue<T> queue = SharedObjectQueue.create(type, capacity, maxMessage);
      kept.add(queue::close);
      return queue;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its process. */
  public JavaProcess process() {
    return process;
  }

  /** Ends the process; all that it kept is gone. Waits until it is. */
  @Override
  public void close() {
    process.close();
    for (Runnable each = kept.poll(); each != null; each = kept.poll()) {
      each.run();
    }
    address.door().close();
  }

  @Override
  public String toString() {
    return "SharedManager[" + process + "]";
  }
}
