package dev.loomlet.sim.disk;

import dev.loomlet.Loomlet;
import dev.loomlet.engine.DescriptorsExhaustedException;
import dev.loomlet.engine.FileHandle;
import dev.loomlet.engine.FileOperations;
import dev.loomlet.sim.Latency;
import dev.loomlet.sim.world.EventKind;
import dev.loomlet.sim.world.Machine;
import dev.loomlet.sim.world.MachineParts;
import dev.loomlet.sim.world.World;
import dev.loomlet.wait.Task;
import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The files of all machines; each operation works on the disk of the machine that calls it. */
public final class SimFiles implements FileOperations, MachineParts {
  private final World world;
  private final SplittableRandom random;
  private final List<DiskState> disks = new ArrayList<>();
  private final List<Set<SimFileHandle>> open = new ArrayList<>();

  /** Gives all machines of a world a disk. */
  public SimFiles(World world) {
    this.world = world;
    this.random = world.random(World.Chance.DISK);
    world.add(this);
  }

  /** The disk of a machine. */
  public DiskState disk(Machine machine) {
    while (disks.size() <= machine.index()) {
      disks.add(new DiskState(world.clock().currentTimeMillis()));
      open.add(new LinkedHashSet<>());
    }
    return disks.get(machine.index());
  }

  private DiskState disk() {
    return disk(world.current());
  }

  Set<SimFileHandle> openOf(Machine machine) {
    disk(machine);
    return open.get(machine.index());
  }

  long nowMillis() {
    return world.clock().currentTimeMillis();
  }

  void trace(EventKind kind, Machine machine, long amount, Path path) {
    world.trace().event(kind, machine, null, amount, path.toString());
  }

  /**
   * Lets the time of an operation pass, before which the caller may be cancelled, and after which
   * the operation happens at once.
   */
  void take(DiskState disk, Latency latency, Path path) throws IOException {
    Task.checkpoint();
    long nanos = latency.nextNanos(random);
    if (nanos > 0) {
      Loomlet.sleep(Duration.ofNanos(nanos));
    }
    if (fails(disk)) {
      trace(EventKind.DISK_FAULT, world.current(), 0, path);
      throw new FileSystemException(path.toString(), null, "the device failed to read or write");
    }
  }

  private boolean fails(DiskState disk) {
    if (disk.failAfter > 0 && --disk.failAfter == 0) {
      return true;
    }
    return disk.failureOdds > 0 && random.nextDouble() < disk.failureOdds;
  }

  void require(DiskState disk, long more, Path path) throws FileSystemException {
    if (disk.capacity != Long.MAX_VALUE && disk.used() + more > disk.capacity) {
      trace(EventKind.DISK_FAULT, world.current(), more, path);
      throw new FileSystemException(
          path.toString(),
          null,
          "no space left on the device; what was written before is there, free some space before"
              + " writing the rest");
    }
  }

  // names

  /** The names that lead to a path from the root. */
  private static List<String> names(Path path) {
    List<String> names = new ArrayList<>();
    for (Path each : path.normalize()) {
      String name = each.toString();
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    return names;
  }

  private static @Nullable Node find(DiskState disk, Path path) {
    Node node = disk.root;
    for (String each : names(path)) {
      node = node.entries.get(each);
      if (node == null) {
        return null;
      }
    }
    return node;
  }

  private static Node get(DiskState disk, Path path) throws NoSuchFileException {
    Node node = find(disk, path);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    return node;
  }

  /** The directory that a path is in. */
  private static Node parent(DiskState disk, Path path) throws IOException {
    List<String> names = names(path);
    if (names.isEmpty()) {
      throw new FileSystemException(path.toString(), null, "is the root");
    }
    Node node = disk.root;
    for (String each : names.subList(0, names.size() - 1)) {
      node = node.entries.get(each);
      if (node == null) {
        throw new NoSuchFileException(path.toString());
      }
      if (!node.directory) {
        throw new NotDirectoryException(path.toString());
      }
    }
    return node;
  }

  private static String lastName(Path path) {
    return names(path).getLast();
  }

  // operations

  @Override
  public FileHandle open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Machine machine = world.current();
    DiskState disk = disk(machine);
    take(disk, disk.latency, path);
    boolean creates = options.contains(StandardOpenOption.CREATE);
    boolean createsNew = options.contains(StandardOpenOption.CREATE_NEW);
    boolean appends = options.contains(StandardOpenOption.APPEND);
    boolean writes = appends || options.contains(StandardOpenOption.WRITE);
    Node node = find(disk, path);
    if (node != null && createsNew && writes) {
      throw new FileAlreadyExistsException(path.toString());
    }
    if (node == null) {
      if (!writes || !(creates || createsNew)) {
        throw new NoSuchFileException(path.toString());
      }
      Node directory = parent(disk, path);
      node = new Node(false, nowMillis());
      disk.put(directory, lastName(path), node);
    }
    if (node.directory && writes) {
      throw new FileSystemException(path.toString(), null, "is a directory");
    }
    if (writes && options.contains(StandardOpenOption.TRUNCATE_EXISTING) && !appends) {
      node.resize(0);
    }
    Set<SimFileHandle> all = openOf(machine);
    if (all.size() >= MOST_OPEN) {
      throw new DescriptorsExhaustedException("cannot open " + path);
    }
    boolean reads = !writes || options.contains(StandardOpenOption.READ);
    boolean syncs =
        options.contains(StandardOpenOption.SYNC) || options.contains(StandardOpenOption.DSYNC);
    SimFileHandle handle =
        new SimFileHandle(this, machine, disk, node, path, new Access(reads, writes, syncs));
    all.add(handle);
    return handle;
  }

  private static final int MOST_OPEN = 65_536;

  /** What a file was opened for. */
  record Access(boolean reads, boolean writes, boolean syncs) {}

  @Override
  public <A extends BasicFileAttributes> A attributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (type != BasicFileAttributes.class) {
      throw new UnsupportedOperationException(
          "files of a simulation have basic attributes only, not " + type.getSimpleName());
    }
    DiskState disk = disk();
    take(disk, disk.latency, path);
    return type.cast(Attributes.of(get(disk, path)));
  }

  @Override
  public boolean exists(Path path, LinkOption... options) throws IOException {
    DiskState disk = disk();
    take(disk, disk.latency, path);
    return find(disk, path) != null;
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    DiskState disk = disk();
    take(disk, disk.latency, directory);
    Node node = get(disk, directory);
    if (!node.directory) {
      throw new NotDirectoryException(directory.toString());
    }
    List<Path> paths = new ArrayList<>();
    for (String each : node.entries.keySet()) {
      paths.add(directory.resolve(each));
    }
    return paths;
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    DiskState disk = disk();
    take(disk, disk.latency, source);
    Node node = get(disk, source);
    Node from = parent(disk, source);
    Node to = parent(disk, target);
    Node there = find(disk, target);
    if (there == node) {
      return;
    }
    if (there != null) {
      List<CopyOption> given = List.of(options);
      if (!given.contains(StandardCopyOption.REPLACE_EXISTING)
          && !given.contains(StandardCopyOption.ATOMIC_MOVE)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      requireEmpty(there, target);
    }
    disk.rename(from, lastName(source), to, lastName(target), node);
  }

  private static void requireEmpty(Node node, Path path) throws DirectoryNotEmptyException {
    if (!node.entries.isEmpty()) {
      throw new DirectoryNotEmptyException(path.toString());
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    DiskState disk = disk();
    take(disk, disk.latency, path);
    deleteNow(disk, path);
  }

  private static void deleteNow(DiskState disk, Path path) throws IOException {
    Node node = get(disk, path);
    requireEmpty(node, path);
    disk.put(parent(disk, path), lastName(path), null);
  }

  @Override
  public boolean deleteIfExists(Path path) throws IOException {
    DiskState disk = disk();
    take(disk, disk.latency, path);
    if (find(disk, path) == null) {
      return false;
    }
    deleteNow(disk, path);
    return true;
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    DiskState disk = disk();
    take(disk, disk.latency, directory);
    if (find(disk, directory) != null) {
      throw new FileAlreadyExistsException(directory.toString());
    }
    disk.put(parent(disk, directory), lastName(directory), new Node(true, nowMillis()));
  }

  @Override
  public void createDirectories(Path directory, FileAttribute<?>... attributes) throws IOException {
    DiskState disk = disk();
    take(disk, disk.latency, directory);
    Node node = disk.root;
    for (String each : names(directory)) {
      Node next = node.entries.get(each);
      if (next == null) {
        next = new Node(true, nowMillis());
        disk.put(node, each, next);
      } else if (!next.directory) {
        throw new FileAlreadyExistsException(directory.toString());
      }
      node = next;
    }
  }

  @Override
  public Path createTempFile(
      @Nullable Path directory, @Nullable String prefix, @Nullable String suffix)
      throws IOException {
    return createTemporary(directory, prefix, Objects.requireNonNullElse(suffix, ".tmp"), false);
  }

  @Override
  public Path createTempDirectory(@Nullable Path directory, @Nullable String prefix)
      throws IOException {
    return createTemporary(directory, prefix, "", true);
  }

  private Path createTemporary(
      @Nullable Path directory, @Nullable String prefix, String suffix, boolean asDirectory)
      throws IOException {
    DiskState disk = disk();
    Path where = directory == null ? Path.of("/tmp") : directory;
    take(disk, disk.latency, where);
    while (true) {
      Path path =
          where.resolve(
              Objects.requireNonNullElse(prefix, "")
                  + Long.toUnsignedString(random.nextLong())
                  + suffix);
      if (find(disk, path) == null) {
        disk.put(parent(disk, path), lastName(path), new Node(asDirectory, nowMillis()));
        return path;
      }
    }
  }

  private static UnsupportedOperationException noLinks() {
    return new UnsupportedOperationException("disks of a simulation have no links");
  }

  @Override
  public void createLink(Path link, Path existing) {
    throw noLinks();
  }

  @Override
  public void createSymbolicLink(Path link, Path target) {
    throw noLinks();
  }

  @Override
  public Path readSymbolicLink(Path link) {
    throw noLinks();
  }

  @Override
  public boolean isSymbolicLink(Path path) {
    return false;
  }

  @Override
  public Path behindLink(Path path) {
    return path.isAbsolute() ? path : Path.of("/").resolve(path);
  }

  @Override
  public void copyEmpty(Path source, Path target, CopyOption... options) throws IOException {
    createDirectory(target);
  }

  @Override
  public void copyPermissions(Path from, Path to) {
    // There are none.
  }

  @Override
  public void copyLastModifiedTime(Path from, Path to) throws IOException {
    DiskState disk = disk();
    take(disk, disk.latency, to);
    get(disk, to).modifiedMillis = get(disk, from).modifiedMillis;
  }

  @Override
  public <T extends @Nullable Object> T call(Work<T> work) throws IOException {
    if (world.isOver()) {
      return work.run();
    }
    throw world.escape("what a helper thread would do for files");
  }

  // machines

  @Override
  public void powerLost(Machine machine) {
    openOf(machine).clear();
    long lost = disk(machine).losePower(random);
    if (lost > 0) {
      world.trace().event(EventKind.DISK_LOST, machine, null, lost, "");
    }
  }

  @Override
  public void programKilled(Machine machine) {
    openOf(machine).clear();
  }

  @Override
  public String leftOpen(Machine machine) {
    StringBuilder text = new StringBuilder();
    for (SimFileHandle each : openOf(machine)) {
      text.append(each).append('\n');
    }
    return text.toString();
  }
}
