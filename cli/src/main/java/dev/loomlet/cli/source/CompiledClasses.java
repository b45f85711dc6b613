package dev.loomlet.cli.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import org.jspecify.annotations.Nullable;

/** Where javac writes classes to, and the class loader takes them from: memory. */
final class CompiledClasses extends ForwardingJavaFileManager<JavaFileManager> {
  private final Map<String, byte[]> classes = new ConcurrentHashMap<>();

  CompiledClasses(StandardJavaFileManager files) {
    super(files);
  }

  /** A class by its binary name. */
  byte @Nullable [] find(String className) {
    return classes.get(className);
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
