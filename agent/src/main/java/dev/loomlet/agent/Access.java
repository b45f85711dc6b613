package dev.loomlet.agent;

import dev.loomlet.Loomlet;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Opens to Loomlet what it otherwise needs JVM flags for. */
final class Access {
  private static final Set<String> PACKAGES =
      Set.of(
          "java.io",
          "java.lang",
          "java.net",
          "java.net.spi",
          "java.nio.channels.spi",
          "sun.launcher",
          "sun.net",
          "sun.nio.ch",
          "sun.nio.fs");

  /** Of core, for this module only. */
  private static final Set<String> OF_CORE = Set.of("dev.loomlet.jdk", "dev.loomlet.wait");

  private static final Set<String> CALLERS = Set.of("java.net.http", "jdk.httpserver");

  private Access() {}

  static void open(Instrumentation instrumentation) throws ReflectiveOperationException {
    Module base = Object.class.getModule();
    Module core = Loomlet.class.getModule();
    Module own = Access.class.getModule();
    if (core != own && !OF_CORE.stream().allMatch(each -> core.isExported(each, own))) {
      // A flag puts the agent on the class path, while the program requires core as a module.
      Map<String, Set<Module>> exports =
          OF_CORE.stream().collect(Collectors.toMap(each -> each, _ -> Set.of(own)));
      instrumentation.redefineModule(core, Set.of(), exports, Map.of(), Set.of(), Map.of());
    }
    Set<Module> both = core == own ? Set.of(own) : Set.of(core, own);
    Map<String, Set<Module>> opens =
        PACKAGES.stream()
            .filter(base.getPackages()::contains)
            .collect(Collectors.toMap(each -> each, _ -> both));
    instrumentation.redefineModule(base, Set.of(), Map.of(), opens, Set.of(), Map.of());
    if (!core.isNativeAccessEnabled()) {
      allowNativeAccess(core);
    }
  }

  /** Lets parts of the JDK that are no part of its base call the hook class. */
  static void exportHooks(Instrumentation instrumentation) {
    Set<Module> callers =
        CALLERS.stream()
            .flatMap(each -> ModuleLayer.boot().findModule(each).stream())
            .collect(Collectors.toSet());
    instrumentation.redefineModule(
        Object.class.getModule(),
        Set.of(),
        Map.of(HookClass.PACKAGE, callers),
        Map.of(),
        Set.of(),
        Map.of());
  }

  private static void allowNativeAccess(Module module) throws ReflectiveOperationException {
    String name =
        module.isNamed() ? "implAddEnableNativeAccess" : "implAddEnableNativeAccessToAllUnnamed";
    Method allow = Module.class.getDeclaredMethod(name);
    allow.setAccessible(true);
    allow.invoke(Modifier.isStatic(allow.getModifiers()) ? null : module);
  }
}
