package dev.loomlet.cli;

import dev.loomlet.Loomlet;
import dev.loomlet.agent.Patch;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Programs for tests. */
final class Sources {
  private Sources() {}

  /** Writes NAME.java; returns its path. */
  static String write(Path folder, String name, String source) throws IOException {
    Path file = folder.resolve(name + ".java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
    return file.toString();
  }

  /** Compiles files with the JDK's own compiler. */
  static Path compile(Path output, String... files) {
    return compile(output, List.of(), files);
  }

  /** As {@link #compile}, as a module that may require Loomlet's and others. */
  static Path compileAgainstLoomlet(Path output, List<Path> modules, String... files) {
    List<String> path = new ArrayList<>();
    modules.forEach(each -> path.add(each.toString()));
    for (Class<?> each : List.of(Loomlet.class, Patch.class)) {
      path.add(
          Path.of(URI.create(each.getProtectionDomain().getCodeSource().getLocation().toString()))
              .toString());
    }
    return compile(output, List.of("-p", String.join(File.pathSeparator, path)), files);
  }

  private static Path compile(Path output, List<String> options, String... files) {
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of("-d", output.toString()));
    Stream.of(files).forEach(arguments::add);
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    if (status != 0) {
      throw new AssertionError("does not compile: " + arguments);
    }
    return output;
  }
}
