package dev.loomlet.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts prefixes in front of methods while their classes are transformed. */
final class Weaver implements ClassFileTransformer {
  private final List<PatchPoint> points;
  private final KeptClasses kept;
  private final Set<PatchPoint> woven = new HashSet<>();
  private @Nullable Throwable failure;

  Weaver(List<PatchPoint> points, KeptClasses kept) {
    this.points = points;
    this.kept = kept;
  }

  /** Whether every point has been woven. */
  boolean isComplete() {
    return woven.containsAll(points);
  }

  /** What went wrong, or null. */
  @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public byte @Nullable [] transform(
      Module module,
      @Nullable ClassLoader loader,
      String className,
      @Nullable Class<?> type,
      ProtectionDomain domain,
      byte[] bytes) {
    if (loader != null) {
      return null;
    }
    List<PatchPoint> wanted = new ArrayList<>();
    StringBuilder name = new StringBuilder(className);
    for (PatchPoint each : points) {
      if (each.internalName().equals(className)) {
        wanted.add(each);
        name.append(' ').append(each.method()).append(each.descriptor());
      }
    }
    if (wanted.isEmpty()) {
      return null;
    }
    try {
      byte[] result = kept.of(name.toString(), bytes, () -> weave(bytes, wanted));
      woven.addAll(wanted);
      return result;
    } catch (RuntimeException | Error e) {
      // The JVM would only pass over it in silence.
      failure = e;
      return null;
    }
  }

  private byte[] weave(byte[] bytes, List<PatchPoint> wanted) {
    ClassFile files = ClassFile.of();
    Set<PatchPoint> missing = new HashSet<>(wanted);
    byte[] result =
        files.transformClass(
            files.parse(bytes),
            (ClassTransform)
                (builder, element) -> {
                  List<PatchPoint> found =
                      element instanceof MethodModel method ? find(method, wanted) : List.of();
                  if (found.isEmpty()) {
                    builder.with(element);
                  } else {
                    builder.transformMethod(
                        (MethodModel) element,
                        MethodTransform.transformingCode(new PrefixTransform(found)));
                    missing.removeAll(Set.copyOf(found));
                  }
                });
    if (!missing.isEmpty()) {
      throw new IllegalStateException("there is no " + missing.iterator().next().fullName());
    }
    return result;
  }

  /** A method may have several: whoever comes first is asked first. */
  private static List<PatchPoint> find(MethodModel method, List<PatchPoint> wanted) {
    return wanted.stream()
        .filter(
            each ->
                each.matches(method.methodName().stringValue(), method.methodType().stringValue()))
        .toList();
  }

  private record PrefixTransform(List<PatchPoint> points) implements CodeTransform {
    @Override
    public void atStart(CodeBuilder builder) {
      points.forEach(each -> each.prefix().write(builder));
    }

    @Override
    public void accept(CodeBuilder builder, CodeElement element) {
      builder.with(element);
    }
  }
}
