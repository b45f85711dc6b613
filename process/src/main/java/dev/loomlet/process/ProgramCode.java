package dev.loomlet.process;

import java.io.IOException;
import java.lang.module.ResolvedModule;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a child finds classes that are not in the class path of the JVM: what the class loaders
 * between the program and that class path have. Modules of a layer that was made at run time become
 * part of a class path there.
 *
 * @param urls of jars and folders
 * @param classes that are in no file, by name
 */
record ProgramCode(List<String> urls, Map<String, byte[]> classes) {
  static final ProgramCode NONE = new ProgramCode(List.of(), Map.of());

  /** What the loader of a class has, and those above it. */
  static ProgramCode of(Class<?> type) {
    ClassLoader system = ClassLoader.getSystemClassLoader();
    ClassLoader loader = type.getClassLoader();
    if (loader == null || loader == system || loader == system.getParent()) {
      return NONE;
    }
    List<String> urls = new ArrayList<>();
    Map<String, byte[]> classes = new LinkedHashMap<>();
    for (; loader != null && loader != system; loader = loader.getParent()) {
      if (loader instanceof ClassSource source) {
        source.classes().forEach(classes::putIfAbsent);
      }
      if (loader instanceof URLClassLoader files) {
        for (URL url : files.getURLs()) {
          urls.add(url.toString());
        }
      }
    }
    urls.addAll(modulesOf(type));
    return new ProgramCode(urls, classes);
  }

  /** Where the modules are that a program was started with at run time. */
  private static List<String> modulesOf(Class<?> type) {
    List<String> urls = new ArrayList<>();
    ModuleLayer layer = type.getModule().getLayer();
    if (layer != null && layer != ModuleLayer.boot()) {
      for (ResolvedModule each : layer.configuration().modules()) {
        each.reference().location().ifPresent(place -> urls.add(place.toString()));
      }
    }
    return urls;
  }

  /** Whether there are the same classes in it, so that one loader is good for both. */
  boolean isSame(ProgramCode other) {
    if (!urls.equals(other.urls) || classes.size() != other.classes.size()) {
      return false;
    }
    if (classes.isEmpty()) {
      return true; // as most often; without what it takes to look through a map
    }
    for (Map.Entry<String, byte[]> each : classes.entrySet()) {
      if (!Arrays.equals(each.getValue(), other.classes.get(each.getKey()))) {
        return false;
      }
    }
    return true;
  }

  /** What loads the classes in the child. */
  ClassLoader loader() {
    ClassLoader system = ClassLoader.getSystemClassLoader();
    if (urls.isEmpty() && classes.isEmpty()) {
      return system;
    }
    URL[] all = new URL[urls.size()]; // not by a stream, which would be a tenth of all classes here
    for (int i = 0; i < all.length; i++) {
      all[i] = url(urls.get(i));
    }
    return new Loader(all, classes, system);
  }

  private static URL url(String text) {
    try {
      return URI.create(text).toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("no URL: " + text, e);
    }
  }

  void writeTo(CompactWriter out) {
    out.value(urls.size());
    for (String url : urls) {
      out.value(url);
    }
    out.value(classes.size());
    for (Map.Entry<String, byte[]> each : classes.entrySet()) {
      out.value(each.getKey());
      out.value(each.getValue());
    }
  }

  static ProgramCode readFrom(CompactReader in) throws IOException {
    List<String> urls = new ArrayList<>();
    for (int i = in.value(Integer.class); i > 0; i--) {
      urls.add(in.value(String.class));
    }
    Map<String, byte[]> classes = new LinkedHashMap<>();
    for (int i = in.value(Integer.class); i > 0; i--) {
      classes.put(in.value(String.class), in.value(byte[].class));
    }
    return new ProgramCode(urls, classes);
  }

  /** The given classes first, as the parent's loader has it. */
  private static final class Loader extends URLClassLoader implements ClassSource {
    private final Map<String, byte[]> classes;

    Loader(URL[] urls, Map<String, byte[]> classes, ClassLoader parent) {
      super("program", urls, parent);
      this.classes = classes;
    }

    @Override
    public Map<String, byte[]> classes() {
      return classes;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        if (!classes.containsKey(name)) {
          return super.loadClass(name, resolve);
        }
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : findClass(name);
      }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte @Nullable [] code = classes.get(name);
      return code == null ? super.findClass(name) : defineClass(name, code, 0, code.length);
    }
  }
}
