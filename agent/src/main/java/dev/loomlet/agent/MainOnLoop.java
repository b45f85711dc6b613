package dev.loomlet.agent;

import static java.lang.invoke.MethodType.methodType;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Has the JDK's launcher start {@link ProgramMain} in the place of the class that it was told to
 * start. It still finds and checks that one itself, so every form of the command line works, with
 * the usual messages.
 */
final class MainOnLoop {
  private static final String LAUNCHER = "sun.launcher.LauncherHelper";

  static final PatchPoint POINT =
      new PatchPoint(
          Set.of(),
          LAUNCHER,
          "checkAndLoadMain",
          "(ZILjava/lang/String;)Ljava/lang/Class;",
          "the program's main becomes a greenlet",
          code -> {
            code.iload(0).iload(1).aload(2);
            HookMethod.LOAD_MAIN.call(code);
            code.dup()
                .ifThenElse(
                    Opcode.IFNONNULL,
                    found -> found.checkcast(ClassDesc.of("java.lang.Class")).areturn(),
                    CodeBuilder::pop);
          });

  private static volatile @Nullable MainOnLoop wanted;
  private static volatile @Nullable Class<?> program;

  private final Instrumentation tool;
  private final MethodHandle load;
  private final MethodHandle validate;

  private MainOnLoop(Instrumentation tool) throws ReflectiveOperationException {
    this.tool = tool;
    Class<?> launcher = Class.forName(LAUNCHER, false, null);
    MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(launcher, MethodHandles.lookup());
    this.load =
        lookup.findStatic(
            launcher,
            "checkAndLoadMain",
            methodType(Class.class, boolean.class, int.class, String.class));
    this.validate =
        lookup.findStatic(launcher, "validateMainMethod", methodType(void.class, Class.class));
  }

  /** Turns it on; returns why it cannot. */
  static @Nullable String enable(Instrumentation tool) {
    try {
      wanted = new MainOnLoop(tool);
      return null;
    } catch (ReflectiveOperationException e) {
      return "this JDK (" + Runtime.version() + ") has another launcher: " + e;
    }
  }

  /** What the launcher is to start, or null for what it finds itself. */
  static @Nullable Class<?> load(boolean toStandardError, int mode, String what) throws Throwable {
    MainOnLoop own = wanted;
    if (own == null) {
      return null;
    }
    // It comes here again, and must then do its own work.
    wanted = null;
    Class<?> found = (Class<?>) own.load.invokeExact(toStandardError, mode, what);
    own.openMain(found);
    program = found;
    own.validate.invokeExact(ProgramMain.class);
    return ProgramMain.class;
  }

  /** The launcher calls main also where reflection may not. */
  private void openMain(Class<?> found) {
    Module module = found.getModule();
    Module own = MainOnLoop.class.getModule();
    String packageName = found.getPackageName();
    if (module.isNamed() && !module.isOpen(packageName, own)) {
      tool.redefineModule(
          module, Set.of(), Map.of(), Map.of(packageName, Set.of(own)), Set.of(), Map.of());
    }
  }

  /** The class that was to be started. */
  static Class<?> program() {
    Class<?> found = program;
    if (found == null) {
      throw new IllegalStateException("only the launcher of the JDK starts this class");
    }
    return found;
  }
}
