package dev.loomlet.cli.source;

import dev.loomlet.cache.CacheFolder;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps compiled programs from one launch to the next.
 *
 * <p>What is kept is used only if a compiler would make the same of the program now: the same JDK,
 * Loomlet, options and class path, which make the key; the same text, compared as a whole, in each
 * source file that took part; and the same files in each folder in which javac looked for sources,
 * since a new one could hold a class that another place had before.
 */
final class CompilationCache {
  private static final int MOST_FILES = 500;
  private static final long MOST_BYTES = 64L << 20;

  /** Raised with every change of what is kept, or of how. */
  private static final int FORMAT = 1;

  private final CacheFolder folder;
  private final String key;
  private final SourceFile file;

  private CompilationCache(CacheFolder folder, String key, SourceFile file) {
    this.folder = folder;
    this.key = key;
    this.file = file;
  }

  /**
   * The cache for a program.
   *
   * @return null if nothing can be kept
   */
  static @Nullable CompilationCache of(SourceFile file, List<Path> classPath) {
    Path root;
    try {
      root = CacheFolder.root();
    } catch (InvalidPathException e) {
      return null;
    }
    String print = root == null ? null : ClassPathPrint.of(OwnClassPath.entries(), classPath);
    if (root == null || print == null) {
      return null;
    }
    CacheFolder folder = new CacheFolder(root.resolve("classes"), MOST_FILES, MOST_BYTES);
    return new CompilationCache(folder, keyOf(file, print), file);
  }

  private static String keyOf(SourceFile file, String classPath) {
    return String.join(
        "\n",
        Integer.toString(FORMAT),
        System.getProperty("java.home"),
        System.getProperty("java.vendor"),
        System.getProperty("java.runtime.version"),
        Charset.defaultCharset().name(),
        // Messages are in it, and name the file as the user has.
        Locale.getDefault().toString(),
        String.join(" ", SourceCompiler.OPTIONS),
        file.path().toString(),
        file.path().toAbsolutePath().toString(),
        classPath);
  }

  /** That two keys have the same name does no harm: the key is kept, too, and compared. */
  private String name() {
    return CacheFolder.nameOf(key);
  }

  /** What was kept of this program, or null if there is nothing or it has changed. */
  @Nullable Compilation find() {
    byte[] content = folder.read(name());
    Compilation kept = content == null ? null : CompilationFile.decode(content, key);
    return kept != null && isUnchanged(kept) ? kept : null;
  }

  /** Keeps a program. */
  void keep(Compilation compilation) {
    folder.write(name(), CompilationFile.encode(compilation, key));
  }

  private boolean isUnchanged(Compilation kept) {
    Path own = file.path().toAbsolutePath();
    for (Map.Entry<Path, String> each : kept.sources().entrySet()) {
      String now = each.getKey().equals(own) ? file.text() : textOf(each.getKey());
      if (!each.getValue().equals(now)) {
        return false;
      }
    }
    if (!kept.sources().containsKey(own)) {
      return false;
    }
    for (Map.Entry<String, Set<String>> each : kept.listings().entrySet()) {
      Path folderOfPackage = kept.sourceRoot().resolve(each.getKey().replace('.', '/'));
      if (!each.getValue().equals(sourcesIn(folderOfPackage))) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String textOf(Path source) {
    try {
      // As javac reads them.
      return Files.readString(source, Charset.defaultCharset());
    } catch (IOException e) {
      return null;
    }
  }

  private static Set<String> sourcesIn(Path folder) {
    Set<String> names = new TreeSet<>();
    String[] all = new File(folder.toString()).list();
    if (all != null) {
      for (String each : all) {
        if (each.endsWith(SourceFile.SUFFIX)) {
          names.add(each);
        }
      }
    }
    return names;
  }
}
