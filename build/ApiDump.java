import java.io.IOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassSignature;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodSignature;
import java.lang.classfile.Signature;
import java.lang.classfile.TypeAnnotation;
import java.lang.classfile.attribute.InnerClassInfo;
import java.lang.classfile.attribute.RecordComponentInfo;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints what a module promises to the outside: every public or protected type and member of the
 * packages that it exports to everybody, with generics, thrown exceptions, constant values and
 * nullness, in an order that depends on names only.
 *
 * <p>It reads class files and loads none of them, so it needs neither the module's dependencies nor
 * its JVM arguments.
 */
public final class ApiDump {
  private static final String NULLABLE = "Lorg/jspecify/annotations/Nullable;";

  private final Map<String, ClassModel> classes = new HashMap<>();
  private final StringBuilder out = new StringBuilder();

  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("usage: ApiDump <folder of classes with module-info.class>");
      System.exit(64);
    }
    System.out.print(new ApiDump().dump(Path.of(args[0])));
  }

  private String dump(Path root) throws IOException {
    ModuleDescriptor module;
    try (var in = Files.newInputStream(root.resolve("module-info.class"))) {
      module = ModuleDescriptor.read(in);
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.toString().endsWith(".class") && !file.endsWith("module-info.class")) {
          ClassModel model = ClassFile.of().parse(file);
          classes.put(model.thisClass().asInternalName(), model);
        }
      }
    }
    out.append("module ").append(module.name()).append('\n');
    var packages = new TreeMap<String, TreeSet<String>>();
    module.exports().stream()
        .filter(export -> !export.isQualified())
        .forEach(export -> packages.put(export.source(), new TreeSet<>()));
    classes.keySet().stream()
        .filter(name -> packages.containsKey(packageOf(name)) && isApi(name))
        .forEach(name -> packages.get(packageOf(name)).add(name));
    packages.forEach(
        (name, members) -> {
          out.append("\npackage ").append(name).append('\n');
          members.forEach(member -> type(classes.get(member)));
        });
    return out.toString();
  }

  private static String packageOf(String internalName) {
    int slash = internalName.lastIndexOf('/');
    return slash < 0 ? "" : internalName.substring(0, slash).replace('/', '.');
  }

  /**
   * Whether a type can be named from another module: it and all that enclose it are public or
   * protected.
   */
  private boolean isApi(String internalName) {
    ClassModel model = classes.get(internalName);
    if (model == null || internalName.endsWith("/package-info")) {
      return false;
    }
    InnerClassInfo inner = innerInfo(model);
    if (inner == null) {
      return model.flags().has(AccessFlag.PUBLIC)
          && model.findAttribute(Attributes.enclosingMethod()).isEmpty();
    }
    if (inner.outerClass().isEmpty() || inner.has(AccessFlag.SYNTHETIC)) {
      return false;
    }
    return (inner.has(AccessFlag.PUBLIC) || inner.has(AccessFlag.PROTECTED))
        && isApi(inner.outerClass().get().asInternalName());
  }

  private static InnerClassInfo innerInfo(ClassModel model) {
    return model.findAttribute(Attributes.innerClasses()).stream()
        .flatMap(attribute -> attribute.classes().stream())
        .filter(
            info -> info.innerClass().asInternalName().equals(model.thisClass().asInternalName()))
        .findFirst()
        .orElse(null);
  }

  private void type(ClassModel model) {
    InnerClassInfo inner = innerInfo(model);
    Predicate<AccessFlag> has =
        inner == null ? flag -> model.flags().has(flag) : flag -> inner.has(flag);
    boolean annotation = has.test(AccessFlag.ANNOTATION);
    boolean isInterface = has.test(AccessFlag.INTERFACE);
    boolean isEnum = has.test(AccessFlag.ENUM);
    var record = model.findAttribute(Attributes.record());
    var permitted = model.findAttribute(Attributes.permittedSubclasses());

    out.append('\n').append(deprecation(model));
    out.append(has.test(AccessFlag.PROTECTED) ? "protected " : "public ");
    if (inner != null
        && has.test(AccessFlag.STATIC)
        && !isInterface
        && !isEnum
        && record.isEmpty()) {
      out.append("static ");
    }
    if (has.test(AccessFlag.ABSTRACT) && !isInterface && !isEnum) {
      out.append("abstract ");
    }
    if (permitted.isPresent() && !isEnum) {
      out.append("sealed ");
    }
    if (has.test(AccessFlag.FINAL) && !isEnum && record.isEmpty()) {
      out.append("final ");
    }
    out.append(
        annotation
            ? "@interface "
            : isInterface
                ? "interface "
                : isEnum ? "enum " : record.isPresent() ? "record " : "class ");
    out.append(model.thisClass().asInternalName().replace('/', '.').replace('$', '.'));

    ClassSignature signature =
        model
            .findAttribute(Attributes.signature())
            .map(attribute -> attribute.asClassSignature())
            .orElseGet(() -> plainSignature(model));
    out.append(typeParameters(signature.typeParameters(), Nullness.of(model)));
    record.ifPresent(
        components ->
            out.append(
                components.components().stream()
                    .map(ApiDump::component)
                    .collect(Collectors.joining(", ", "(", ")"))));
    String superclass = render(signature.superclassSignature(), "", path -> false);
    if (!isInterface && !isEnum && record.isEmpty() && !superclass.equals("Object")) {
      out.append(" extends ").append(superclass);
    }
    if (!annotation && !signature.superinterfaceSignatures().isEmpty()) {
      out.append(isInterface ? " extends " : " implements ");
      out.append(
          signature.superinterfaceSignatures().stream()
              .map(each -> render(each, "", path -> false))
              .collect(Collectors.joining(", ")));
    }
    if (permitted.isPresent() && !isEnum) {
      out.append(" permits ");
      out.append(
          permitted.get().permittedSubclasses().stream()
              .map(entry -> className(entry.asSymbol()))
              .collect(Collectors.joining(", ")));
    }
    out.append('\n');
    members(model, !has.test(AccessFlag.FINAL) && permitted.isEmpty());
  }

  private static ClassSignature plainSignature(ClassModel model) {
    var superclass =
        model
            .superclass()
            .map(entry -> Signature.ClassTypeSig.of(entry.asSymbol()))
            .orElse(Signature.ClassTypeSig.of(ClassDesc.of("java.lang.Object")));
    return ClassSignature.of(
        superclass,
        model.interfaces().stream()
            .map(entry -> Signature.ClassTypeSig.of(entry.asSymbol()))
            .toArray(Signature.ClassTypeSig[]::new));
  }

  private void members(ClassModel model, boolean extensible) {
    var lines = new ArrayList<String>();
    var seen = new HashSet<String>();
    ClassModel from = model;
    // Public members of a superclass that cannot be named itself are reachable through the subclass
    // only.
    while (from != null) {
      for (FieldModel field : from.fields()) {
        if (visible(field.flags()::has, extensible) && seen.add(field.fieldName().stringValue())) {
          lines.add("1 " + field(field));
        }
      }
      for (MethodModel method : from.methods()) {
        String name = method.methodName().stringValue();
        if (!visible(method.flags()::has, extensible) || (name.equals("<init>") && from != model)) {
          continue;
        }
        if (seen.add(name + method.methodType().stringValue())) {
          lines.add((name.equals("<init>") ? "2 " : "3 ") + method(model, method));
        }
      }
      from =
          from.superclass()
              .map(entry -> entry.asInternalName())
              .filter(name -> !isApi(name))
              .map(classes::get)
              .orElse(null);
    }
    lines.stream()
        .sorted()
        .forEach(line -> out.append("  ").append(line.substring(2)).append('\n'));
  }

  private static boolean visible(Predicate<AccessFlag> has, boolean extensible) {
    return !has.test(AccessFlag.SYNTHETIC)
        && (has.test(AccessFlag.PUBLIC) || (has.test(AccessFlag.PROTECTED) && extensible));
  }

  private static String field(FieldModel field) {
    Signature signature =
        field
            .findAttribute(Attributes.signature())
            .map(attribute -> attribute.asTypeSignature())
            .orElseGet(() -> Signature.of(field.fieldTypeSymbol()));
    var nullness = Nullness.of(field);
    var line = new StringBuilder(deprecation(field));
    line.append(field.flags().has(AccessFlag.PROTECTED) ? "protected " : "public ");
    if (field.flags().has(AccessFlag.STATIC)) {
      line.append("static ");
    }
    if (field.flags().has(AccessFlag.FINAL)) {
      line.append("final ");
    }
    if (field.flags().has(AccessFlag.ENUM)) {
      line.append("enum ");
    }
    line.append(render(signature, "", path -> nullness.at("field", path)));
    line.append(' ').append(field.fieldName().stringValue());
    field
        .findAttribute(Attributes.constantValue())
        .ifPresent(value -> line.append(" = ").append(literal(value.constant().constantValue())));
    return line.toString();
  }

  /** One line whatever a string constant holds. */
  private static String literal(ConstantDesc constant) {
    return constant instanceof String text
        ? text.chars()
            .mapToObj(
                c ->
                    c < ' ' || c > '~' || c == '"' || c == '\\'
                        ? "\\u%04x".formatted(c)
                        : "" + (char) c)
            .collect(Collectors.joining("", "\"", "\""))
        : constant.toString();
  }

  private static String method(ClassModel owner, MethodModel method) {
    MethodSignature signature =
        method
            .findAttribute(Attributes.signature())
            .map(attribute -> attribute.asMethodSignature())
            .orElseGet(() -> MethodSignature.of(method.methodTypeSymbol()));
    var nullness = Nullness.of(method);
    boolean constructor = method.methodName().equalsString("<init>");
    boolean inInterface = owner.flags().has(AccessFlag.INTERFACE);
    var line = new StringBuilder(deprecation(method));
    line.append(method.flags().has(AccessFlag.PROTECTED) ? "protected " : "public ");
    if (method.flags().has(AccessFlag.STATIC)) {
      line.append("static ");
    } else if (inInterface && !method.flags().has(AccessFlag.ABSTRACT)) {
      line.append("default ");
    }
    if (method.flags().has(AccessFlag.ABSTRACT)) {
      line.append("abstract ");
    }
    if (method.flags().has(AccessFlag.FINAL)) {
      line.append("final ");
    }
    String parameters = typeParameters(signature.typeParameters(), nullness);
    line.append(parameters).append(parameters.isEmpty() ? "" : " ");
    if (constructor) {
      line.append("new");
    } else {
      line.append(render(signature.result(), "", path -> nullness.at("return", path)));
      line.append(' ').append(method.methodName().stringValue());
    }
    var arguments = new ArrayList<String>();
    for (int i = 0; i < signature.arguments().size(); i++) {
      int index = i;
      String type =
          render(signature.arguments().get(i), "", path -> nullness.at("parameter " + index, path));
      boolean variable =
          method.flags().has(AccessFlag.VARARGS) && i == signature.arguments().size() - 1;
      arguments.add(variable ? type.substring(0, type.length() - 2) + "..." : type);
    }
    line.append('(').append(String.join(", ", arguments)).append(')');
    var thrown = new TreeSet<String>();
    signature.throwableSignatures().forEach(each -> thrown.add(render(each, "", path -> false)));
    if (thrown.isEmpty()) {
      method
          .findAttribute(Attributes.exceptions())
          .ifPresent(
              attribute ->
                  attribute.exceptions().forEach(entry -> thrown.add(className(entry.asSymbol()))));
    }
    if (!thrown.isEmpty()) {
      line.append(" throws ").append(String.join(", ", thrown));
    }
    method
        .findAttribute(Attributes.annotationDefault())
        .ifPresent(attribute -> line.append(" default ").append(value(attribute.defaultValue())));
    return line.toString();
  }

  private static String component(RecordComponentInfo component) {
    Signature signature =
        component
            .findAttribute(Attributes.signature())
            .map(attribute -> attribute.asTypeSignature())
            .orElseGet(() -> Signature.of(component.descriptorSymbol()));
    var nullness = Nullness.of(component);
    return render(signature, "", path -> nullness.at("field", path))
        + " "
        + component.name().stringValue();
  }

  private static String typeParameters(List<Signature.TypeParam> parameters, Nullness nullness) {
    if (parameters.isEmpty()) {
      return "";
    }
    var rendered = new ArrayList<String>();
    for (int i = 0; i < parameters.size(); i++) {
      Signature.TypeParam parameter = parameters.get(i);
      var bounds = new ArrayList<String>();
      // The class file counts a class bound as 0 and interface bounds from 1, whether or not there
      // is a class bound.
      int index = i;
      parameter
          .classBound()
          .ifPresent(
              bound ->
                  bounds.add(
                      render(bound, "", path -> nullness.at("bound " + index + " 0", path))));
      for (int j = 0; j < parameter.interfaceBounds().size(); j++) {
        int number = j + 1;
        bounds.add(
            render(
                parameter.interfaceBounds().get(j),
                "",
                path -> nullness.at("bound " + index + " " + number, path)));
      }
      bounds.removeIf("Object"::equals);
      rendered.add(
          parameter.identifier()
              + (bounds.isEmpty() ? "" : " extends " + String.join(" & ", bounds)));
    }
    return "<" + String.join(", ", rendered) + ">";
  }

  /**
   * A type as in source; {@code path} leads from the whole type to this part of it, as in JVMS
   * 4.7.20.2.
   */
  private static String render(Signature signature, String path, Predicate<String> nullable) {
    return switch (signature) {
      case Signature.BaseTypeSig base -> className(ClassDesc.ofDescriptor("" + base.baseType()));
      case Signature.TypeVarSig variable -> mark(path, nullable) + variable.identifier();
      case Signature.ArrayTypeSig array ->
          render(array.componentSignature(), path + "[", nullable)
              + (nullable.test(path) ? " @Nullable []" : "[]");
      case Signature.ClassTypeSig type -> {
        String name =
            type.outerType()
                .map(outer -> render(outer, "?", each -> false) + "." + type.className())
                .orElseGet(() -> className(type.classDesc()));
        var arguments = new ArrayList<String>();
        for (int i = 0; i < type.typeArgs().size(); i++) {
          String inside = path + i + ";";
          arguments.add(
              switch (type.typeArgs().get(i)) {
                case Signature.TypeArg.Unbounded _ -> "?";
                case Signature.TypeArg.Bounded bounded -> {
                  var kind = bounded.wildcardIndicator();
                  yield switch (kind) {
                    case NONE -> render(bounded.boundType(), inside, nullable);
                    case EXTENDS ->
                        "? extends " + render(bounded.boundType(), inside + "*", nullable);
                    case SUPER -> "? super " + render(bounded.boundType(), inside + "*", nullable);
                  };
                }
              });
        }
        yield mark(path, nullable)
            + name
            + (arguments.isEmpty() ? "" : "<" + String.join(", ", arguments) + ">");
      }
    };
  }

  private static String mark(String path, Predicate<String> nullable) {
    return nullable.test(path) ? "@Nullable " : "";
  }

  private static String className(ClassDesc type) {
    if (type.isPrimitive()) {
      return type.displayName();
    }
    String descriptor = type.descriptorString();
    String name =
        descriptor.substring(1, descriptor.length() - 1).replace('/', '.').replace('$', '.');
    return name.startsWith("java.lang.") && name.lastIndexOf('.') == "java.lang".length()
        ? name.substring("java.lang.".length())
        : name;
  }

  private static String deprecation(AttributedElement element) {
    return element.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
        .flatMap(attribute -> attribute.annotations().stream())
        .filter(annotation -> annotation.className().equalsString("Ljava/lang/Deprecated;"))
        .map(
            annotation ->
                "@Deprecated"
                    + annotation.elements().stream()
                        .map(ApiDump::element)
                        .sorted()
                        .collect(Collectors.joining(", ", "(", ") "))
                        .replace("() ", " "))
        .findFirst()
        .orElse("");
  }

  private static String element(AnnotationElement element) {
    return element.name().stringValue() + "=" + value(element.value());
  }

  private static String value(AnnotationValue value) {
    return switch (value) {
      case AnnotationValue.OfConstant constant -> String.valueOf(constant.resolvedValue());
      case AnnotationValue.OfEnum constant -> constant.constantName().stringValue();
      case AnnotationValue.OfClass type -> className(type.classSymbol()) + ".class";
      case AnnotationValue.OfArray array ->
          array.values().stream().map(ApiDump::value).collect(Collectors.joining(", ", "{", "}"));
      case AnnotationValue.OfAnnotation nested -> "@" + name(nested.annotation());
    };
  }

  private static String name(Annotation annotation) {
    return className(annotation.classSymbol());
  }

  /** Where in an element's types {@code @Nullable} stands, as "target/path". */
  private record Nullness(Set<String> places) {
    static Nullness of(AttributedElement element) {
      var places = new HashSet<String>();
      element
          .findAttribute(Attributes.runtimeVisibleTypeAnnotations())
          .ifPresent(
              attribute ->
                  attribute.annotations().stream()
                      .filter(each -> each.annotation().className().equalsString(NULLABLE))
                      .forEach(each -> places.add(target(each.targetInfo()) + "/" + path(each))));
      return new Nullness(places);
    }

    boolean at(String target, String path) {
      return places.contains(target + "/" + path);
    }

    private static String target(TypeAnnotation.TargetInfo info) {
      return switch (info) {
        case TypeAnnotation.FormalParameterTarget parameter ->
            "parameter " + parameter.formalParameterIndex();
        case TypeAnnotation.TypeParameterBoundTarget bound ->
            "bound " + bound.typeParameterIndex() + " " + bound.boundIndex();
        case TypeAnnotation.EmptyTarget empty ->
            switch (empty.targetType()) {
              case FIELD -> "field";
              case METHOD_RETURN -> "return";
              default -> "receiver";
            };
        default -> "elsewhere";
      };
    }

    private static String path(TypeAnnotation annotation) {
      return annotation.targetPath().stream()
          .map(
              step ->
                  switch (step.typePathKind()) {
                    case ARRAY -> "[";
                    case INNER_TYPE -> "";
                    case WILDCARD -> "*";
                    case TYPE_ARGUMENT -> step.typeArgumentIndex() + ";";
                  })
          .collect(Collectors.joining());
    }
  }
}
