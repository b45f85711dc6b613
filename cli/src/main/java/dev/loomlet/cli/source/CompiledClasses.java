package dev.loomlet.cli.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;

/**
 * Where javac writes classes to, and the class loader takes them from: memory. Notes in which
 * packages javac has looked for sources, and what it found there.
 */
final class CompiledClasses extends ForwardingJavaFileManager<JavaFileManager> {
  private final Map<String, byte[]> classes;
  private final SortedMap<String, Set<String>> listings = new TreeMap<>();

  /**
   * Prepares.
   *
   * @param classes gets the classes, by their binary names
   */
  CompiledClasses(StandardJavaFileManager files, Map<String, byte[]> classes) {
    super(files);
    this.classes = classes;
  }

  /** By package: the names of the sources that there were. */
  SortedMap<String, Set<String>> listings() {
    return listings;
  }

  @Override
  public Iterable<JavaFileObject> list(
      Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse)
      throws IOException {
    Iterable<JavaFileObject> found = super.list(location, packageName, kinds, recurse);
    if (location == StandardLocation.SOURCE_PATH && kinds.contains(JavaFileObject.Kind.SOURCE)) {
      Set<String> names = listings.computeIfAbsent(packageName, _ -> new TreeSet<>());
      for (JavaFileObject each : found) {
        if (each.getKind() == JavaFileObject.Kind.SOURCE) {
          names.add(String.valueOf(Path.of(each.getName()).getFileName()));
        }
      }
    }
    return found;
  }

  @Override
  public JavaFileObject getJavaFileForOutput(
      Location location, String className, JavaFileObject.Kind kind, FileObject sibling)
      throws IOException {
    if (location != StandardLocation.CLASS_OUTPUT || kind != JavaFileObject.Kind.CLASS) {
      return super.getJavaFileForOutput(location, className, kind, sibling);
    }
    URI uri = URI.create("memory:///" + className.replace('.', '/') + kind.extension);
    return new SimpleJavaFileObject(uri, kind) {
      @Override
      public OutputStream openOutputStream() {
        return new ByteArrayOutputStream() {
          @Override
          public void close() {
            classes.put(className, toByteArray());
          }
        };
      }
    };
  }

  @Override
  public boolean contains(Location location, FileObject file) throws IOException {
    return file instanceof SourceFile || super.contains(location, file);
  }
}
