import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Raises the classes of a jar to the class-file version of Java 8, in place, instructions as they
 * are.
 *
 * <p>The start-up cache takes no class older than Java 6, and picocli is compiled for Java 5: left
 * as it is, it costs a third of the time that a short command takes.
 */
public final class Modernize {
  private static final int JAVA_6 = 50;
  private static final int JAVA_8 = 52;

  private Modernize() {}

  public static void main(String[] args) throws IOException {
    Path jar = Path.of(args[0]);
    Path raised = jar.resolveSibling(jar.getFileName() + ".raised");
    try (var classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        var in = new ZipFile(jar.toFile());
        var out = new ZipOutputStream(Files.newOutputStream(raised))) {
      // Stack maps, which old classes do without, name common superclasses: both sides are needed
      // to
      // find them.
      var files =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              ConstantPoolSharingOption.NEW_POOL,
              ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(classes)
                      .orElse(ClassHierarchyResolver.defaultResolver())));
      for (ZipEntry entry : in.stream().toList()) {
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(entry.getName().endsWith(".class") ? raise(files, bytes) : bytes);
        out.closeEntry();
      }
    }
    // A JVM that still reads the old file goes on doing so.
    Files.move(raised, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] raise(ClassFile files, byte[] bytes) {
    ClassModel model = files.parse(bytes);
    if (model.majorVersion() >= JAVA_6) {
      return bytes;
    }
    ClassTransform rewritten =
        ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element));
    ClassTransform versioned =
        (builder, element) -> {
          if (element instanceof ClassFileVersion) {
            builder.withVersion(JAVA_8, 0);
          } else {
            builder.with(element);
          }
        };
    return files.transformClass(model, rewritten.andThen(versioned));
  }
}
