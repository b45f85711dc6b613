package dev.loomlet.cli.source;

import dev.loomlet.process.ClassSource;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Loads a program's classes from memory, before those of the same name elsewhere; then those of the
 * class path; then those of files beside the program that only their names lead to.
 */
final class ProgramClassLoader extends URLClassLoader implements ClassSource {
  static {
    registerAsParallelCapable();
  }

  private final Map<String, byte[]> classes;
  private final OnDemandCompiler onDemand;
  private final @Nullable Path resources;
  private final ProtectionDomain domain;

  ProgramClassLoader(
      SourceFile file,
      List<Path> classPath,
      Map<String, byte[]> classes,
      OnDemandCompiler onDemand) {
    super(urls(classPath), ClassLoader.getSystemClassLoader());
    this.classes = classes;
    this.onDemand = onDemand;
    this.resources = file.path().toAbsolutePath().getParent();
    CodeSource source = new CodeSource(url(file.path()), (CodeSigner[]) null);
    this.domain = new ProtectionDomain(source, null, this, null);
  }

  @Override
  public Map<String, byte[]> classes() {
    return Map.copyOf(classes);
  }

  /** Of the files and folders of a class path. */
  static URL[] urls(List<Path> paths) {
    return paths.stream().map(ProgramClassLoader::url).toArray(URL[]::new);
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException("a file always has a URL", e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      if (classes.containsKey(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : findClass(name);
      }
      return super.loadClass(name, resolve);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] code = classes.get(name);
    if (code == null) {
      try {
        return super.findClass(name);
      } catch (ClassNotFoundException e) {
        code = onDemand.compile(name);
        if (code == null) {
          throw e;
        }
      }
    }
    return defineClass(name, code, 0, code.length, domain);
  }

  /** Files beside the program are its resources. */
  @Override
  public @Nullable URL findResource(String name) {
    if (resources != null && !name.startsWith("/")) {
      Path file = resources.resolve(name);
      if (Files.isRegularFile(file)) {
        return url(file);
      }
    }
    return super.findResource(name);
  }
}
