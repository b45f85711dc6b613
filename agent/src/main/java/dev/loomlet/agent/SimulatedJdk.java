package dev.loomlet.agent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.charset.StandardCharsets;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Has code ask the loop for the time, and a simulated loop for chance, that asks the machine.
 *
 * <p>Methods such as {@code System.nanoTime} are the JVM's own and have no code that could get a
 * prefix. So their calls are changed: in the program's classes as they are loaded, and in those
 * parts of the JDK that wait for a time, measure one, or draw numbers.
 */
final class SimulatedJdk implements ClassFileTransformer {
  private static final String OWN = "dev/loomlet/";

  /** Parts of the JDK whose calls are changed. */
  private static final List<String> PARTS =
      List.of(
          "java/net/",
          "java/util/concurrent/",
          "java/util/Timer",
          "java/util/Random",
          "java/util/Date",
          "java/time/Clock",
          "java/lang/VirtualThread",
          "java/lang/Math",
          "java/security/SecureRandom",
          "jdk/internal/net/http/",
          "sun/net/",
          "sun/nio/ch/SelectorImpl",
          "sun/security/ssl/");

  /** Parts of the JDK that go through sets in an order which differs from one JVM to the next. */
  private static final List<String> WITH_SETS =
      List.of(
          "java/util/concurrent/ThreadPoolExecutor",
          "jdk/internal/net/http/",
          "sun/net/httpserver/",
          "sun/nio/ch/SelectorImpl");

  private static final Map<String, String> IN_ORDER =
      Map.of(
          "java/util/HashSet", "java/util/LinkedHashSet",
          "java/util/HashMap", "java/util/LinkedHashMap");

  /** Parts of the JDK that ask whether they are on a thread that they have started. */
  private static final List<String> KNOWING_THREADS =
      List.of("jdk/internal/net/http/HttpClientImpl", "sun/net/httpserver/ServerImpl");

  private static final String HTTP_CLIENT = "jdk/internal/net/http/HttpClientImpl";

  private static final String CLOCK = "java/time/Clock";
  private static final String RANDOM = "java/util/Random";
  private static final String THREAD_RANDOM = "java/util/concurrent/ThreadLocalRandom";
  private static final String MATH = "java/lang/Math";
  private static final String SECURE_RANDOM = "java/security/SecureRandom";

  /** By owner, name and descriptor of the call. */
  private static final Map<String, HookMethod> CALLS =
      Map.of(
          "java/lang/System.nanoTime()J",
          HookMethod.NANO_TIME,
          "java/lang/System.currentTimeMillis()J",
          HookMethod.CURRENT_TIME_MILLIS);

  /** The same in the JDK's random numbers of threads, which count threads. */
  private static final Map<String, HookMethod> CALLS_OF_THREAD_RANDOM =
      Map.of(
          "java/lang/Thread.threadId()J",
          HookMethod.THREAD_ID,
          "jdk/internal/util/random/RandomSupport.mixMurmur64(J)J",
          HookMethod.THREAD_SEED);

  private static final String CURRENT_THREAD = "java/lang/Thread.currentThread()Ljava/lang/Thread;";
  private static final String KEYS =
      "java/util/concurrent/ConcurrentHashMap.newKeySet()"
          + "Ljava/util/concurrent/ConcurrentHashMap$KeySetView;";

  private static final List<byte[]> HINTS =
      List.of(
          "nanoTime".getBytes(StandardCharsets.UTF_8),
          "currentTimeMillis".getBytes(StandardCharsets.UTF_8),
          "mixMurmur64".getBytes(StandardCharsets.UTF_8));

  private volatile @Nullable Throwable failure;

  private SimulatedJdk() {}

  /**
   * Has classes changed as they are loaded or retransformed from now on.
   *
   * @param loaded gets those that are loaded already, to be retransformed
   */
  static SimulatedJdk install(Instrumentation tool, Set<Class<?>> loaded) {
    SimulatedJdk transformer = new SimulatedJdk();
    tool.addTransformer(transformer, true);
    for (Class<?> each : tool.getAllLoadedClasses()) {
      if (isPart(each.getName().replace('.', '/'))
          && isOfJdk(each.getClassLoader())
          && tool.isModifiableClass(each)
          && mayNeedChange(each)) {
        loaded.add(each);
      }
    }
    return transformer;
  }

  /** What went wrong, or null. */
  @Nullable Throwable failure() {
    return failure;
  }

  private static boolean isPart(String className) {
    return PARTS.stream().anyMatch(className::startsWith) || callsNatives(className);
  }

  /** To transform a class takes longer than to look into its file whether that is of any use. */
  private static boolean mayNeedChange(Class<?> type) {
    String name = type.getName().replace('.', '/');
    try (InputStream in = type.getModule().getResourceAsStream(name + ".class")) {
      return in == null || isToChange(name, in.readAllBytes());
    } catch (IOException e) {
      return true;
    }
  }

  private static boolean isToChange(String className, byte[] bytes) {
    return isAlwaysChanged(className) || HINTS.stream().anyMatch(each -> contains(bytes, each));
  }

  private static boolean isAlwaysChanged(String className) {
    return className.equals(CLOCK)
        || className.equals(RANDOM)
        || className.equals(MATH)
        || className.equals(SECURE_RANDOM)
        || callsNatives(className)
        || startsWithOneOf(className, WITH_SETS);
  }

  private static boolean callsNatives(String className) {
    return className.startsWith(NativeCall.PACKAGE)
        && NativeCall.CALLERS.contains(className.substring(NativeCall.PACKAGE.length()));
  }

  private static boolean isOfJdk(@Nullable ClassLoader loader) {
    return loader == null || loader == ClassLoader.getPlatformClassLoader();
  }

  private static boolean startsWithOneOf(String className, List<String> prefixes) {
    return prefixes.stream().anyMatch(className::startsWith);
  }

  @Override
  public byte @Nullable [] transform(
      Module module,
      @Nullable ClassLoader loader,
      @Nullable String className,
      @Nullable Class<?> type,
      ProtectionDomain domain,
      byte[] bytes) {
    if (className == null || className.startsWith(OWN)) {
      return null;
    }
    boolean ofJdk = isOfJdk(loader);
    if (ofJdk ? !isPart(className) : isTool(module) || !isOfProgram(loader)) {
      return null;
    }
    if (!(ofJdk && isAlwaysChanged(className))
        && HINTS.stream().noneMatch(each -> contains(bytes, each))) {
      return null;
    }
    try {
      return change(className, bytes, loader == null ? ofJdk() : loader, ofJdk);
    } catch (RuntimeException | Error e) {
      // The JVM would only pass over it in silence.
      failure = e;
      return null;
    }
  }

  /** Whether it is a part of the JDK that the loader of programs has loaded, such as a compiler. */
  private static boolean isTool(@Nullable Module module) {
    return module != null && module.isNamed() && module.getName().startsWith("jdk.");
  }

  /** Whether a loader's classes can see ours. */
  private static boolean isOfProgram(@Nullable ClassLoader loader) {
    ClassLoader each = loader;
    while (each != null && each != SimulatedJdk.class.getClassLoader()) {
      each = each.getParent();
    }
    return each != null;
  }

  private static boolean contains(byte[] bytes, byte[] wanted) {
    outer:
    for (int i = 0; i <= bytes.length - wanted.length; i++) {
      for (int k = 0; k < wanted.length; k++) {
        if (bytes[i + k] != wanted[k]) {
          continue outer;
        }
      }
      return true;
    }
    return false;
  }

  private static ClassLoader ofJdk() {
    return ClassLoader.getPlatformClassLoader();
  }

  /**
   * What classes are, as their files say. To load one in order to find out could mean the very one
   * that is being loaded.
   */
  private static ClassHierarchyResolver hierarchy(ClassLoader loader) {
    return ClassHierarchyResolver.ofResourceParsing(loader)
        .orElse(ClassHierarchyResolver.defaultResolver());
  }

  private static byte[] change(String className, byte[] bytes, ClassLoader loader, boolean ofJdk) {
    ClassFile files = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(hierarchy(loader)));
    ClassModel model = files.parse(bytes);
    // Whose own super class it is has to call its constructor.
    boolean orders =
        ofJdk
            && startsWithOneOf(className, WITH_SETS)
            && model
                .superclass()
                .map(each -> !IN_ORDER.containsKey(each.asInternalName()))
                .orElse(true);
    return files.transformClass(
        model,
        (ClassTransform)
            (builder, element) -> {
              if (element instanceof MethodModel method && method.code().isPresent()) {
                builder.transformMethod(
                    method,
                    MethodTransform.transformingCode(
                        new Calls(className, prefixOf(className, method), ofJdk, orders)));
              } else {
                builder.with(element);
              }
            });
  }

  private static PatchPoint.@Nullable Prefix prefixOf(String className, MethodModel method) {
    String name = method.methodName().stringValue() + method.methodType().stringValue();
    return switch (className + "." + name) {
      case CLOCK + ".currentInstant()Ljava/time/Instant;" -> SimulatedJdk::instant;
      case RANDOM + ".seedUniquifier()J" -> SimulatedJdk::seed;
      case MATH + ".random()D" -> SimulatedJdk::mathRandom;
      case SECURE_RANDOM + ".nextBytes([B)V" ->
          code -> {
            code.aload(1);
            PatchPoints.returnIf(code, HookMethod.FILL);
          };
      case HTTP_CLIENT + ".isReferenced()Z" ->
          code -> {
            // Else it would end when the garbage collector finds that nobody has it any more.
            HookMethod.IS_SIMULATED.call(code);
            code.ifThen(yes -> yes.iconst_1().ireturn());
          };
      default -> null;
    };
  }

  private static void instant(CodeBuilder code) {
    Label goOn = code.newLabel();
    ClassDesc instant = ClassDesc.of("java.time.Instant");
    HookMethod.HAS_OWN_CLOCK.call(code);
    code.ifeq(goOn);
    HookMethod.CURRENT_TIME_MILLIS.call(code);
    code.invokestatic(instant, "ofEpochMilli", MethodTypeDesc.of(instant, ConstantDescs.CD_long))
        .areturn()
        .labelBinding(goOn);
  }

  private static void seed(CodeBuilder code) {
    Label goOn = code.newLabel();
    HookMethod.IS_SIMULATED.call(code);
    code.ifeq(goOn).loadConstant(0L);
    HookMethod.THREAD_SEED.call(code);
    code.lreturn().labelBinding(goOn);
  }

  private static void mathRandom(CodeBuilder code) {
    Label goOn = code.newLabel();
    HookMethod.IS_SIMULATED.call(code);
    code.ifeq(goOn);
    HookMethod.RANDOM_DOUBLE.call(code);
    code.dreturn().labelBinding(goOn);
  }

  /** Changes calls. */
  private record Calls(
      String className, PatchPoint.@Nullable Prefix prefix, boolean ofJdk, boolean orders)
      implements CodeTransform {
    @Override
    public void atStart(CodeBuilder builder) {
      if (prefix != null) {
        prefix.write(builder);
      }
    }

    @Override
    public void accept(CodeBuilder builder, CodeElement element) {
      ClassDesc ordered =
          element instanceof NewObjectInstruction made ? orderedFor(made.className()) : null;
      if (ordered != null) {
        builder.new_(ordered);
      } else if (element instanceof InvokeInstruction call) {
        accept(builder, call);
      } else {
        builder.with(element);
      }
    }

    private void accept(CodeBuilder builder, InvokeInstruction call) {
      HookMethod hook = hookOf(call);
      NativeCall replaced = ofJdk && callsNatives(className) ? NativeCall.of(call) : null;
      if (replaced != null) {
        replaced.replace(builder, call);
      } else if (hook != null && ofJdk) {
        hook.call(builder);
      } else if (hook != null) {
        builder.invokestatic(
            ClassDesc.of(SimulatedCalls.class.getName()), hook.methodName(), hook.descriptor());
      } else if (orders && nameOf(call).equals(KEYS)) {
        HookMethod.KEYS.call(builder);
      } else {
        acceptConstructor(builder, call);
      }
    }

    private void acceptConstructor(CodeBuilder builder, InvokeInstruction call) {
      boolean constructor = call.name().equalsString(ConstantDescs.INIT_NAME);
      ClassDesc ordered = constructor ? orderedFor(call.owner()) : null;
      if (ordered == null) {
        builder.with(call);
      } else {
        builder.invokespecial(ordered, ConstantDescs.INIT_NAME, call.typeSymbol());
      }
    }

    private @Nullable ClassDesc orderedFor(ClassEntry type) {
      String ordered = orders ? IN_ORDER.get(type.asInternalName()) : null;
      return ordered == null ? null : ClassDesc.ofInternalName(ordered);
    }

    private static String nameOf(InvokeInstruction call) {
      return call.owner().asInternalName()
          + "."
          + call.name().stringValue()
          + call.type().stringValue();
    }

    private @Nullable HookMethod hookOf(InvokeInstruction call) {
      String called = nameOf(call);
      HookMethod hook = CALLS.get(called);
      if (hook != null || !ofJdk) {
        return hook;
      }
      if (called.equals(CURRENT_THREAD) && startsWithOneOf(className, KNOWING_THREADS)) {
        return HookMethod.CURRENT_THREAD;
      }
      return className.equals(THREAD_RANDOM) ? CALLS_OF_THREAD_RANDOM.get(called) : null;
    }
  }
}
