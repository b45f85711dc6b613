package dev.loomlet.process;

import dev.loomlet.cache.CacheFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The start-up cache of children (JEP 483): what a JVM has loaded and linked when it has become a
 * child, so that the next one need not. It is made once, by watching a child, and kept on disk for
 * all programs with the same JDK, flags and Loomlet.
 *
 * <p>It depends on the beginning of the class path only, which is a {@linkplain StartJar jar} of
 * the classes that it has, so that it fits whatever program is behind that. There is none while
 * Loomlet's classes are in folders, or in a module path.
 *
 * <p>A file says which cache and which jar are the ones, and what they have to look like; they
 * themselves are named after their content. So two who make one at the same time do not disturb
 * each other, and one that is not whole is made anew.
 */
final class StartCache {
  private static final int MOST_FILES = 32;
  private static final long MOST_BYTES = 256L << 20;
  private static final int BLOCK = 64 * 1024;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long PAUSE_MILLIS = 2_000;

  /** Raised with every change of what is kept, or of how it is made. */
  private static final int FORMAT = 3;

  private static final List<String> WITHOUT_EFFECT =
      List.of("-D", "-Xlog", "-Xms", "-Xmx", "-Xmn", "-Xss", "-ea", "-esa");
  private static final List<String> OF_ANOTHER_CACHE =
      List.of(
          "-XX:AOTCache",
          "-XX:AOTConfiguration",
          "-XX:SharedArchiveFile",
          "-XX:ArchiveClassesAtExit",
          "-Xshare");

  private static final String NONE = "none";

  /** One that does not fit after all, with another collector say, is passed over in silence. */
  private static final String QUIETLY = "-Xlog:aot*=off,cds*=off";

  private static final ReentrantLock LOCK = new ReentrantLock();
  private static volatile @Nullable StartCache own;

  private final @Nullable CacheFolder folder;
  private final @Nullable CacheFolder jars;
  private final String key;
  private volatile @Nullable Made made;
  private volatile boolean known;

  /**
   * One that is there.
   *
   * @param jar what the class path is to begin with
   * @param arguments for the JVM
   */
  record Made(Path jar, List<String> arguments) {}

  private StartCache(@Nullable CacheFolder folder, @Nullable CacheFolder jars, String key) {
    this.folder = folder;
    this.jars = jars;
    this.key = key;
  }

  /** That of this JVM's children. */
  static StartCache own() {
    StartCache found = own;
    if (found != null) {
      return found;
    }
    LOCK.lock();
    try {
      found = own;
      if (found == null) {
        found = find();
        own = found;
      }
      return found;
    } finally {
      LOCK.unlock();
    }
  }

  private static StartCache find() {
    List<Path> jars = ChildCommand.ownJars();
    Path root;
    try {
      root = CacheFolder.root();
    } catch (InvalidPathException e) {
      root = null;
    }
    if (jars.isEmpty() || root == null) {
      return new StartCache(null, null, "");
    }
    try {
      String key =
          String.join(
              "\n",
              Integer.toString(FORMAT),
              System.getProperty("java.home"),
              System.getProperty("java.vendor"),
              System.getProperty("java.runtime.version"),
              String.join(" ", keyed(ChildCommand.inherited())),
              printOf(jars));
      CacheFolder folder = new CacheFolder(root.resolve("starts"), MOST_FILES, MOST_BYTES);
      CacheFolder startJars = new CacheFolder(root.resolve("start-jars"), MOST_FILES, MOST_BYTES);
      StartCache cache = new StartCache(folder, startJars, key);
      cache.look();
      return cache;
    } catch (IOException e) {
      return new StartCache(null, null, "");
    }
  }

  /** What a build has made is never changed in place: size and time are enough. */
  private static String printOf(List<Path> jars) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path each : jars) {
      BasicFileAttributes attributes = Files.readAttributes(each, BasicFileAttributes.class);
      text.append(each).append(' ').append(attributes.size()).append(' ');
      text.append(attributes.lastModifiedTime()).append(' ');
    }
    return text.toString();
  }

  /** Without what makes no difference. */
  private static List<String> keyed(List<String> inherited) {
    return inherited.stream()
        .filter(each -> WITHOUT_EFFECT.stream().noneMatch(each::startsWith))
        .toList();
  }

  /**
   * What a child is to be given; null if there is nothing.
   *
   * @param jvmArguments that it gets, besides; they may name a cache of their own
   */
  @Nullable Made madeFor(List<String> jvmArguments) {
    for (String each : jvmArguments) {
      if (OF_ANOTHER_CACHE.stream().anyMatch(each::startsWith)) {
        return null;
      }
    }
    return made;
  }

  private String name() {
    return CacheFolder.nameOf(key);
  }

  /** Looks for a cache that somebody has made. */
  private void look() {
    CacheFolder in = folder;
    byte[] noted = in == null ? null : in.read(name());
    if (in == null || jars == null || noted == null) {
      return;
    }
    String text = new String(noted, StandardCharsets.UTF_8);
    if (!text.startsWith(key + "\n")) {
      return;
    }
    String[] files = text.substring(key.length() + 1).split("\n", -1);
    if (files.length == 1) {
      known = true;
    } else {
      use(jars.findUntouched(files[0]), in.find(files[1]));
    }
  }

  /** Uses them if they are there and whole. */
  private void use(@Nullable Path jar, @Nullable Path cache) {
    try {
      if (jar != null && cache != null && isWhole(jar, ".jar") && isWhole(cache, ".aot")) {
        known = true;
        made = new Made(jar, List.of("-XX:AOTCache=" + cache, QUIETLY));
      }
    } catch (IOException e) {
      // As if there were none.
    }
  }

  private boolean isWhole(Path file, String ending) throws IOException {
    return file.endsWith(nameOf(file, ending));
  }

  private String nameOf(Path file, String ending) throws IOException {
    CRC32C sum = new CRC32C();
    byte[] block = new byte[BLOCK];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        sum.update(block, 0, n);
      }
    }
    return name() + "-" + Long.toHexString(sum.getValue()) + ending;
  }

  /**
   * Begins to make a cache if there is none, and nobody is at it; a little later, so that a program
   * that is over by then has not paid for nothing. Does not wait.
   */
  void beginIfMissing() {
    if (folder == null || known) {
      return;
    }
    LOCK.lock();
    try {
      if (!known) {
        // Whether it works or somebody else is at it: once is enough for this JVM.
        known = true;
        Launch.inBackground("start-cache", PAUSE_MILLIS, this::makeIfNobodyDoes, _ -> {});
      }
    } finally {
      LOCK.unlock();
    }
  }

  private void makeIfNobodyDoes() {
    if (folder != null && folder.claim(name(), PATIENCE)) {
      make();
    }
  }

  /**
   * Makes a cache if there is none, and waits for it; also for another process that is at it.
   *
   * @return whether there is one now
   */
  boolean prepare(Duration timeout) throws InterruptedException {
    CacheFolder in = folder;
    if (in == null || !in.isUsable()) {
      return false;
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    while (made == null) {
      look();
      if (made != null || isHopeless()) {
        break;
      }
      if (in.claim(name(), PATIENCE)) {
        make();
      } else if (System.nanoTime() > deadline) {
        break;
      } else {
        Thread.sleep(20);
      }
    }
    return made != null;
  }

  private boolean isHopeless() {
    byte[] noted = folder == null ? null : folder.read(name());
    return noted != null && new String(noted, StandardCharsets.UTF_8).equals(key + "\n" + NONE);
  }

  private void make() {
    CacheFolder in = folder;
    if (in == null || jars == null) {
      return;
    }
    Path unfinished = in.begin(name());
    try {
      if (unfinished == null) {
        return;
      }
      String files = NONE;
      Path jar = makeJar(jars);
      if (jar != null && StartTraining.run(jar, unfinished) && Files.size(unfinished) > 0) {
        String name = nameOf(unfinished, ".aot");
        in.finish(unfinished, name);
        use(jar, in.find(name));
        files = jar.getFileName() + "\n" + name;
      }
      in.write(name(), (key + "\n" + files).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The next JVM tries again.
    } finally {
      if (unfinished != null) {
        in.discard(unfinished);
      }
      in.release(name());
    }
  }

  /** What the cache is made with, and refers to; null if that cannot be made. */
  private @Nullable Path makeJar(CacheFolder in) throws IOException {
    Path unfinished = in.begin(name());
    if (unfinished == null) {
      return null;
    }
    try {
      StartJar.write(StartTraining.classes(), ChildCommand.ownJars(), unfinished);
      String name = nameOf(unfinished, ".jar");
      in.finish(unfinished, name);
      return in.findUntouched(name);
    } finally {
      in.discard(unfinished);
    }
  }
}
